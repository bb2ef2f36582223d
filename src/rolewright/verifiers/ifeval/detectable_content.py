"""Placeholders and postscripts."""

import re
from typing import Final

from pydantic import NonNegativeInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.comparison import judge_count
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.matching import Phrase, Span, first_occurrence, quoted
from rolewright.verifiers.verdict import Verdict

_PLACEHOLDERS: Final = {
    "]": re.compile(r"\[.*?\]"),
    "］": re.compile("［.*?］"),
    "】": re.compile("【.*?】"),
}
_POSTSCRIPTS: Final = {
    "P.S.": re.compile(r"p\.\s?s\.", re.IGNORECASE),
    "P.P.S": re.compile(r"p\.\s?p\.\s?s", re.IGNORECASE),
}


@instruction("detectable_content:number_placeholders")
def number_placeholders(
    text: str, conversation: Conversation, *, num_placeholders: NonNegativeInt
) -> Verdict:
    """Check that the answer has so many placeholders, such as [address] or 【地址】.

    Rule parameters:
        num_placeholders: how many are required.

    Source: IFEval.
    """
    found: list[Span] = []
    start = 0
    for line in text.split("\n"):
        for closing, placeholder in _PLACEHOLDERS.items():
            # Behind a line's last closing bracket no opening one can be closed: not searching
            # there keeps the time linear.
            hits = placeholder.finditer(line[: line.rfind(closing) + 1])
            found += [(start + hit.start(), start + hit.end()) for hit in hits]
        start += len(line) + 1
    return judge_count(found, "placeholder", "at least", num_placeholders)


@instruction("detectable_content:postscript")
def postscript(text: str, conversation: Conversation, *, postscript_marker: Phrase) -> Verdict:
    """Check that the answer has a postscript.

    Rule parameters:
        postscript_marker: how it begins, such as "P.S.", "P.P.S" (both may have spaces after their
            points) or "附言".

    Source: IFEval.
    """
    special = _POSTSCRIPTS.get(postscript_marker.strip())
    if special is None:
        found = first_occurrence(text, [postscript_marker], whole_words=False) is not None
    else:
        found = special.search(text) is not None
    if found:
        return Verdict(True, f"has a postscript {quoted(postscript_marker)}")
    return Verdict(False, f"has no postscript {quoted(postscript_marker)}")
