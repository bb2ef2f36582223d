"""The order of an answer's parts: the headings that a role's template has."""

import re

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import Phrases, Span, fold_phrase, listed, quoted
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.segmentation import without_code
from rolewright.verifiers.verdict import Verdict

_LINE = re.compile(r"[^\r\n]+")
_LEAD = re.compile(
    r"[\s>#*_【\[「]*(?:(?:\d{1,3}|[一二三四五六七八九十]{1,3})[.)、．）]|[(（][\d一二三四五六七八九十]{1,3}[)）]|[①-⑳])?"
    r"[\s*_【\[「]*"
)
_MARKDOWN_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]+\S")
_TRAIL = " \t　*_#】]」:："


@verifier("ordered_template")
def ordered_template(
    text: str, conversation: Conversation, *, headings: Phrases, only: bool = False
) -> Verdict:
    """Check that the answer has certain headings, each once and in the given order.

    A heading is a line of its own (``## Summary``, ``**Summary**``, ``【结论】``, ``一、结论``,
    ``Summary:``), or the beginning of a line before a colon (``结论：可行``). Numbers before it,
    marks around it, case and character width do not matter; code is left out.

    Rule parameters:
        headings: their texts, in order.
        only: whether other Markdown headings (``# …``) are refused.

    Source: IFBench ``format:output_template``, in any language.
    """
    wanted = [fold_phrase(heading) for heading in headings]
    found: list[tuple[int, Span]] = []
    for line in _LINE.finditer(without_code(text)):
        number = _heading_number(line[0], wanted)
        if number is not None:
            found.append((number, line.span()))
        elif only and _MARKDOWN_HEADING.match(line[0]):
            return Verdict(False, f"has another heading: {quoted(line[0])}", line.span())
    for position, (number, span) in enumerate(found):
        if number in [earlier for earlier, _ in found[:position]]:
            return Verdict(False, f"has the heading {quoted(headings[number])} twice", span)
        if position and number < found[position - 1][0]:
            before = headings[found[position - 1][0]]
            evidence = f"has {quoted(headings[number])} after {quoted(before)}"
            return Verdict(False, evidence, span)
    present = {number for number, _ in found}
    missing = [heading for number, heading in enumerate(headings) if number not in present]
    if missing:
        return Verdict(False, f"lacks the heading {listed(missing)}")
    return Verdict(True, f"has the headings {listed(headings)} in this order")


def _heading_number(line: str, wanted: list[str]) -> int | None:
    lead = _LEAD.match(line)
    bare = line[lead.end() :] if lead else line
    head, colon, _ = bare.replace("：", ":").partition(":")
    for candidate in (line, bare, head if colon else bare):
        folded = fold_phrase(candidate.strip(_TRAIL))
        if folded in wanted:
            return wanted.index(folded)
    return None
