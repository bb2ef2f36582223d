"""The table of verifiers, which users extend with one decorated function."""

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, create_model, model_validator

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.thought import without_thoughts
from rolewright.verifiers.verdict import Verdict

VerifierFunction = Callable[..., Verdict]
_Function = TypeVar("_Function", bound=VerifierFunction)


@dataclass(frozen=True, slots=True)
class Verifier:
    """A pure check of a text.

    Attributes:
        name: what a rule's ``check`` key says.
        function: called as ``function(text, conversation, **parameters)``.
        parameters: pydantic model made from the function's keyword-only parameters; it forbids
            others.
        reads_thoughts: whether the function sees the answer with its ``<think>`` blocks.
    """

    name: str
    function: VerifierFunction
    parameters: type[BaseModel]
    reads_thoughts: bool = False

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").split("\n", 1)[0]

    def __call__(
        self, text: str, conversation: Conversation, parameters: Mapping[str, Any]
    ) -> Verdict:
        """Judge an answer without its ``<think>`` blocks.

        Args:
            text: the answer as it was written, to which the verdict's span refers.
            conversation: what it answers.
            parameters: as ``self.parameters`` has validated them.
        """
        if self.reads_thoughts:
            return self.function(text, conversation, **parameters)
        answer = without_thoughts(text)
        verdict = self.function(answer.text, conversation, **parameters)
        if verdict.span is None or answer.text == text:
            return verdict
        return replace(verdict, span=answer.original(verdict.span))


_POSITIONAL = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
RESERVED = frozenset({"id", "check", "scenarios"})
"""Keys that every rule of a role file has, so that no parameter can be named like them."""

JUDGED = "judged"
"""What the ``check`` key says of a rule that no verifier decides; none can have this name."""

_VERIFIERS: dict[str, Verifier] = {}
_COLLECTED: ContextVar[dict[str, Verifier] | None] = ContextVar("collected", default=None)


def verifier(name: str, *, reads_thoughts: bool = False) -> Callable[[_Function], _Function]:
    """Register a check under ``name``.

    The function takes the text and the conversation it answers, then keyword-only parameters with
    type annotations, from which the role file's parameters are validated::

        @verifier("max_words")
        def max_words(text: str, conversation: Conversation, *, max: int) -> Verdict: ...

    Where a function has both ``min`` and ``max``, values with ``min`` above ``max`` are refused.
    ``<think>`` blocks are cut out of an answer before the function sees it, unless it
    ``reads_thoughts``.

    Raises:
        ValueError: the name is taken, the function does not take the two texts first and the
            parameters by keyword, or a parameter has no annotation.
    """

    def register(function: _Function) -> _Function:
        collected = _COLLECTED.get()
        table = _VERIFIERS if collected is None else collected
        if name == JUDGED or name in _VERIFIERS or name in table:
            raise ValueError(f"a verifier named {name!r} exists already")
        parameters = _parameters_of(name, function)
        table[name] = Verifier(name, function, parameters, reads_thoughts)
        return function

    return register


@contextmanager
def collect_verifiers() -> Iterator[dict[str, Verifier]]:
    """Gather what is registered inside the ``with`` block, instead of adding it for everybody."""
    collected: dict[str, Verifier] = {}
    token = _COLLECTED.set(collected)
    try:
        yield collected
    finally:
        _COLLECTED.reset(token)


def find_verifier(name: str) -> Verifier | None:
    """Look a verifier up by name; None where there is none."""
    return _VERIFIERS.get(name)


def registered_verifiers() -> dict[str, Verifier]:
    """All that is registered, by name."""
    return dict(_VERIFIERS)


def verifier_names() -> list[str]:
    """All registered names, sorted."""
    return sorted(_VERIFIERS)


def _parameters_of(name: str, function: VerifierFunction) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    signature = list(inspect.signature(function, eval_str=True).parameters.values())
    if len(signature) < 2 or any(each.kind not in _POSITIONAL for each in signature[:2]):
        raise ValueError(f"verifier {name!r}: it has to take (text, conversation) first")
    for parameter in signature[2:]:
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            raise ValueError(f"verifier {name!r}: {parameter.name!r} has to stand behind `*`")
        if parameter.name in RESERVED:
            raise ValueError(f"verifier {name!r}: {parameter.name!r} is a key of every rule")
        if parameter.annotation is inspect.Parameter.empty:
            raise ValueError(f"verifier {name!r}: parameter {parameter.name!r} has no annotation")
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[parameter.name] = (parameter.annotation, default)
    with warnings.catch_warnings():
        # A parameter may be called like one of pydantic's own methods, as `schema` and `copy`.
        warnings.filterwarnings("ignore", message="Field name .* shadows an attribute")
        return create_model(
            name,
            __config__=ConfigDict(extra="forbid", frozen=True, protected_namespaces=()),
            __validators__={"bounds": _BOUNDS_IN_ORDER}
            if {"min", "max"} <= fields.keys()
            else None,
            **fields,
        )


def _check_bounds(parameters: Any) -> Any:
    low, high = parameters.min, parameters.max
    if low is not None and high is not None and low > high:
        raise ValueError(f"min {low} is above max {high}: no text can pass")
    return parameters


_BOUNDS_IN_ORDER: Any = model_validator(mode="after")(_check_bounds)
