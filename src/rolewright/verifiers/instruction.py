"""Instructions in IFEval's form: an id, keyword arguments, and no answer follows any if empty."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.loose import judge_loosely
from rolewright.verifiers.matching import Span
from rolewright.verifiers.registry import VerifierFunction, find_verifier, verifier
from rolewright.verifiers.segmentation import HAN, KANA
from rolewright.verifiers.verdict import Verdict

_WORD = re.compile(f"[{HAN}{KANA}]|(?:(?![{HAN}{KANA}])\\w)+")


def instruction(name: str) -> Callable[[VerifierFunction], VerifierFunction]:
    """Register a verifier under an id of IFEval or IFBench; blank answers fail it."""

    def register(function: VerifierFunction) -> VerifierFunction:
        @functools.wraps(function)
        def judge(text: str, conversation: Conversation, **parameters: Any) -> Verdict:
            if not text.strip():
                return Verdict(False, "the answer is empty")
            return function(text, conversation, **parameters)

        return verifier(name)(judge)

    return register


def words_of(text: str) -> list[Span]:
    """Cut a text into the words that IFEval and IFBench count.

    A word is a run of letters, digits and underscores: "don't" has two. Unlike there, each Han or
    kana character is a word of its own.
    """
    return [word.span() for word in _WORD.finditer(text)]


def judge_instructions(
    text: str,
    conversation: Conversation,
    instruction_ids: Sequence[str],
    arguments: Sequence[Mapping[str, Any]],
    *,
    loose: bool = False,
) -> list[Verdict]:
    """Judge an answer by the instructions of one row of the IFEval or IFBench data.

    Args:
        text: the answer.
        conversation: what it answers.
        instruction_ids: the row's ``instruction_id_list``.
        arguments: the row's ``kwargs``, a mapping for each id; values of None count as left out.
        loose: pass an instruction that any of IFEval's eight variants of the text follows.

    Raises:
        ValueError: an id has no verifier, the lists differ in length, or arguments do not fit
            (``pydantic.ValidationError``).
    """
    verdicts = []
    for name, given in zip(instruction_ids, arguments, strict=True):
        found = find_verifier(name)
        if found is None:
            raise ValueError(f"there is no verifier named {name!r}")
        kept = {key: value for key, value in given.items() if value is not None}
        valid = found.parameters.model_validate(kept)
        parameters = {key: getattr(valid, key) for key in found.parameters.model_fields}
        check = functools.partial(found, conversation=conversation, parameters=parameters)
        verdicts.append(judge_loosely(check, text) if loose else check(text))
    return verdicts
