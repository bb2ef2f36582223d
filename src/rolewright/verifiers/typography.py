"""How Chinese is typeset: the width of its marks, and the space beside Latin words."""

import re
from typing import Final, Literal

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import quoted
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.segmentation import HAN, prose_of
from rolewright.verifiers.verdict import Verdict

_HALF: Final = re.compile(f"(?<=[{HAN}])[,!?;:)(]|(?<=[{HAN}])\\.(?![.\\w])|\\((?=[{HAN}])")
_FULL: Final = re.compile("[，。！？；：（）]")
_BLANKS = "[ \u00a0\u3000]+"
_LATIN: Final = {True: "[A-Za-z0-9]", False: "[A-Za-z]"}  # with digits, without
_TOUCHING: Final = {
    digits: re.compile(f"[{HAN}]{latin}|{latin}[{HAN}]") for digits, latin in _LATIN.items()
}
_SPACED: Final = {
    digits: re.compile(f"(?<=[{HAN}]){_BLANKS}(?={latin})|(?<={latin}){_BLANKS}(?=[{HAN}])")
    for digits, latin in _LATIN.items()
}


@verifier("punctuation_width")
def punctuation_width(
    text: str, conversation: Conversation, *, width: Literal["full", "half"]
) -> Verdict:
    """Check that marks in Chinese text are full-width, or that marks are half-width.

    The text is judged as it was written. Code, URLs and numbers are left out.

    Rule parameters:
        width: "full" refuses , . ! ? ; : ( ) beside Han characters. "half" refuses
            ，。！？；：（） anywhere.
    """
    mark = (_HALF if width == "full" else _FULL).search(prose_of(text))
    if mark is None:
        return Verdict(True, f"all marks are {width}-width")
    start, end = max(0, mark.start() - 4), mark.end()
    other = "half" if width == "full" else "full"
    return Verdict(False, f"has a {other}-width mark: {quoted(text[start:end])}", mark.span())


@verifier("han_latin_spacing")
def han_latin_spacing(
    text: str,
    conversation: Conversation,
    *,
    space: Literal["required", "none"],
    digits: bool = True,
) -> Verdict:
    """Check that Han characters and Latin words stand apart by a space, or without one.

    Code and URLs are left out.

    Rule parameters:
        space: "required" for 我用 Python 写, "none" for 我用Python写.
        digits: whether numbers count as Latin words ("5 月" against "5月").
    """
    table = _TOUCHING if space == "required" else _SPACED
    hit = table[digits].search(prose_of(text))
    if hit is None:
        wanted = "a space" if space == "required" else "no space"
        return Verdict(True, f"{wanted} between Han characters and Latin words")
    around = quoted(text[max(0, hit.start() - 2) : hit.end() + 2])
    lacking = "no space" if space == "required" else "a space"
    return Verdict(False, f"{lacking} between Han and Latin: {around}", hit.span())
