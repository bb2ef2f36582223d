"""The table of verifiers, which users extend with one decorated function."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, create_model, model_validator

from rolewright.conversations.conversation import Conversation
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
    """

    name: str
    function: VerifierFunction
    parameters: type[BaseModel]

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").split("\n", 1)[0]

    def __call__(
        self, text: str, conversation: Conversation, parameters: Mapping[str, Any]
    ) -> Verdict:
        """Run the check with parameters that ``self.parameters`` has validated."""
        return self.function(text, conversation, **parameters)


RESERVED = frozenset({"id", "check", "scenarios"})
"""Keys that every rule of a role file has, so that no parameter can be named like them."""

_VERIFIERS: dict[str, Verifier] = {}


def verifier(name: str) -> Callable[[_Function], _Function]:
    """Register a check under ``name``.

    The function takes the text and the conversation it answers, then keyword-only parameters with
    type annotations, from which the role file's parameters are validated::

        @verifier("max_words")
        def max_words(text: str, conversation: Conversation, *, max: int) -> Verdict: ...

    Where a function has both ``min`` and ``max``, values with ``min`` above ``max`` are refused.

    Raises:
        ValueError: the name is taken, or a parameter has no annotation.
    """

    def register(function: _Function) -> _Function:
        if name in _VERIFIERS:
            raise ValueError(f"a verifier named {name!r} exists already")
        _VERIFIERS[name] = Verifier(name, function, _parameters_of(name, function))
        return function

    return register


def find_verifier(name: str) -> Verifier | None:
    """Look a verifier up by name; None where there is none."""
    return _VERIFIERS.get(name)


def verifier_names() -> list[str]:
    """All registered names, sorted."""
    return sorted(_VERIFIERS)


def _parameters_of(name: str, function: VerifierFunction) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    signature = inspect.signature(function, eval_str=True)
    for parameter in list(signature.parameters.values())[2:]:
        if parameter.name in RESERVED:
            raise ValueError(f"verifier {name!r}: {parameter.name!r} is a key of every rule")
        if parameter.annotation is inspect.Parameter.empty:
            raise ValueError(f"verifier {name!r}: parameter {parameter.name!r} has no annotation")
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[parameter.name] = (parameter.annotation, default)
    return create_model(
        name,
        __config__=ConfigDict(extra="forbid", frozen=True),
        __validators__={"bounds": _BOUNDS_IN_ORDER} if {"min", "max"} <= fields.keys() else None,
        **fields,
    )


def _check_bounds(parameters: Any) -> Any:
    low, high = parameters.min, parameters.max
    if low is not None and high is not None and low > high:
        raise ValueError(f"min {low} is above max {high}: no text can pass")
    return parameters


_BOUNDS_IN_ORDER: Any = model_validator(mode="after")(_check_bounds)
