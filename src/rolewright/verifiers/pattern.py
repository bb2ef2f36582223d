"""Regular expressions that an answer must or must not match."""

import re
from typing import Annotated

from pydantic import AfterValidator

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import quoted
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.verdict import Verdict


def _check_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_check_pattern)]


@verifier("matches")
def matches(
    text: str, conversation: Conversation, *, pattern: Pattern, full: bool = False
) -> Verdict:
    """Check that a regular expression is found in the answer.

    Rule parameters:
        pattern: Python regular expression, applied to the text as written.
        full: whether it must match the whole answer, white space around it left out.
    """
    hit = re.fullmatch(pattern, text.strip()) if full else re.search(pattern, text)
    if hit is None:
        whole = "the whole answer does not match" if full else "nothing matches"
        return Verdict(False, f"{whole} the pattern {quoted(pattern)}")
    return Verdict(True, f"{quoted(hit[0])} matches the pattern {quoted(pattern)}")


@verifier("never_matches")
def never_matches(text: str, conversation: Conversation, *, pattern: Pattern) -> Verdict:
    """Check that a regular expression is found nowhere in the answer.

    Rule parameters:
        pattern: Python regular expression, applied to the text as written.
    """
    hit = re.search(pattern, text)
    if hit is None:
        return Verdict(True, f"nothing matches the pattern {quoted(pattern)}")
    return Verdict(False, f"{quoted(hit[0])} matches the pattern {quoted(pattern)}", hit.span())
