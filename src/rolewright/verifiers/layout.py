"""The form of an answer: Markdown, lists, lines, final marks, emoji."""

import re
from typing import Annotated, Final, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.emoji import EMOJI, has_emoji
from rolewright.verifiers.matching import Phrases, listed, quoted
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.segmentation import prose_of, without_code
from rolewright.verifiers.verdict import Verdict

Element = Literal[
    "heading",
    "code block",
    "bold text",
    "italic text",
    "inline code",
    "bullet",
    "quotation",
    "link",
    "table",
    "rule",
]

_MARKDOWN: Final[dict[Element, re.Pattern[str]]] = {
    "heading": re.compile(r"^ {0,3}#{1,6}[ \t]+\S.*$", re.MULTILINE),
    "code block": re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE),
    "bold text": re.compile(r"\*\*(?=\S)[^*\n]+(?<=\S)\*\*|(?<!\w)__(?=\S)[^_\n]+(?<=\S)__(?!\w)"),
    "italic text": re.compile(
        r"(?<![\w*])\*(?=[^\s*])[^*\n]*(?<=[^\s*])\*(?![\w*])"
        r"|(?<![\w_])_(?=[^\s_])[^_\n]*(?<=[^\s_])_(?![\w_])"
    ),
    "inline code": re.compile(r"`[^`\n]+`"),
    "bullet": re.compile(r"^[ \t]*[-*+][ \t]+(?=\S)", re.MULTILINE),
    "quotation": re.compile(r"^ {0,3}>[ \t]?(?=\S)", re.MULTILINE),
    "link": re.compile(r"!?\[[^\[\]\n]*\]\([^()\s]*\)"),
    "table": re.compile(r"^[ \t]*(?:\|[ \t]*)?:?-{3,}:?[ \t]*\|[-:| \t]*$", re.MULTILINE),
    "rule": re.compile(
        r"^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$", re.MULTILINE
    ),
}
_ITEM = re.compile(
    r"^[ \t\u3000]*(?:[-*+•·●▪◦–][ \t\u3000]+|\d{1,3}[.)][ \t]+|\d{1,3}[、．)）]"
    r"|[一二三四五六七八九十]{1,3}、|[(（](?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）]|[①-⑳])"
    r"[ \t\u3000]*\S.*$",
    re.MULTILINE,
)
_QUESTION = re.compile(r"[!！]*[?？][?？!！]*")
_CLOSERS = "”’」』）】》〉)]}\"'*_`"
_ELLIPSIS = re.compile(r"\.{2,}|。{2,}|…")


@verifier("no_markdown")
def no_markdown(text: str, conversation: Conversation) -> Verdict:
    """Check that the answer is plain text, without Markdown.

    Headings, bold, italics, bullets, quotations, links, tables, rules and code count as Markdown.
    Numbered lists do not: plain text writes them the same way.
    """
    hits = [(hit.span(), name) for name, mark in _MARKDOWN.items() if (hit := mark.search(text))]
    if not hits:
        return Verdict(True, "no Markdown")
    span, name = min(hits)
    return Verdict(False, f"has Markdown ({name}): {quoted(text[slice(*span)])}", span)


@verifier("markdown_required")
def markdown_required(
    text: str,
    conversation: Conversation,
    *,
    elements: Annotated[tuple[Element, ...], Field(min_length=1)],
    mode: Literal["any", "all"] = "all",
) -> Verdict:
    """Check that the answer has certain elements of Markdown.

    Rule parameters:
        elements: what is required.
        mode: whether all elements or any one of them must be there.

    Source: IFEval (arXiv 2311.07911) ``detectable_format:number_highlighted_sections``, widened.
    """
    missing = [element for element in elements if not _MARKDOWN[element].search(text)]
    found = [element for element in elements if element not in missing]
    if not missing or (found and mode == "any"):
        return Verdict(True, f"has Markdown ({', '.join(found)})")
    lacking = "none of" if mode == "any" else "no"
    return Verdict(False, f"has {lacking} {', '.join(missing)}")


@verifier("bullet_list")
def bullet_list(
    text: str,
    conversation: Conversation,
    *,
    min: NonNegativeInt = 1,
    max: PositiveInt | None = None,
) -> Verdict:
    """Check that the answer has a list with so many items.

    An item is a line outside code that begins with -, *, +, •, ·, ●, "1.", "1)", "1、", "一、",
    "（1）" or "①". The span of a failure is the first item too many.

    Rule parameters:
        min: how many items are required.
        max: how many items are allowed; no limit where it is left out.

    Source: IFEval (arXiv 2311.07911) ``detectable_format:number_bullet_lists``.
    """
    items = [item.span() for item in _ITEM.finditer(without_code(text))]
    limits = f"at least {min} required" if max is None else f"{min} to {max} allowed"
    evidence = f"{len(items)} list {'item' if len(items) == 1 else 'items'}, {limits}"
    if max is not None and len(items) > max:
        return Verdict(False, evidence, items[max])
    return Verdict(len(items) >= min, evidence)


@verifier("single_line")
def single_line(text: str, conversation: Conversation) -> Verdict:
    """Check that the answer is one line.

    Line breaks before and after it do not matter. An empty answer fails.
    """
    lines = text.strip().splitlines()
    if len(lines) == 1:
        return Verdict(True, "1 line")
    if not lines:
        return Verdict(False, "the answer is empty, 1 line is required")
    start = len(text) - len(text.lstrip()) + len(lines[0])
    second = text[start:]
    end = start + len(second) - len(second.lstrip())
    return Verdict(False, f"{len(lines)} lines, 1 allowed", (start, max(end, start + 1)))


@verifier("ends_with_punctuation")
def ends_with_punctuation(
    text: str, conversation: Conversation, *, marks: Phrases = tuple("。！？…；.!?")
) -> Verdict:
    """Check that the answer ends with a punctuation mark.

    Closing quotation marks, brackets and Markdown marks after it do not matter. The width of the
    mark does: "." is not "。".

    Rule parameters:
        marks: the marks allowed.
    """
    ending = _ending(text)
    if ending.endswith(marks):
        return Verdict(True, f"ends with {quoted(ending[-1])}")
    if not ending:
        return Verdict(False, f"ends with no mark, one of {listed(marks)} is required")
    span = (len(ending) - 1, len(ending))
    return Verdict(False, f"ends with {quoted(ending[-1])}, not one of {listed(marks)}", span)


@verifier("no_final_period")
def no_final_period(text: str, conversation: Conversation) -> Verdict:
    """Check that the answer does not end with a full stop.

    "." and "。" are full stops, an ellipsis is none. Closing quotation marks and brackets after the
    full stop do not matter.
    """
    ending = _ending(text)
    if ending.endswith((".", "。", "．", "｡")) and not _ELLIPSIS.search(ending[-2:]):
        span = (len(ending) - 1, len(ending))
        return Verdict(False, f"ends with the full stop {quoted(ending[-1])}", span)
    return Verdict(True, "no full stop at the end")


@verifier("max_questions")
def max_questions(text: str, conversation: Conversation, *, max: NonNegativeInt) -> Verdict:
    """Check that the answer asks at most so many questions.

    Question marks outside code and URLs are counted, a run such as "?!" or "？？" once. The span of
    a failure is the mark of the first question too many.

    Rule parameters:
        max: how many questions are allowed.
    """
    questions = [hit.span() for hit in _QUESTION.finditer(prose_of(text))]
    evidence = f"{len(questions)} question {'mark' if len(questions) == 1 else 'marks'}"
    excess = questions[max] if len(questions) > max else None
    return Verdict(excess is None, f"{evidence}, at most {max} allowed", excess)


@verifier("no_emoji")
def no_emoji(text: str, conversation: Conversation) -> Verdict:
    """Check that the answer has no emoji.

    Symbols that are text by default (©, ✓, →, ★) are emoji only with an emoji variation selector.
    Faces made of punctuation are none.
    """
    if not has_emoji(text):
        return Verdict(True, "no emoji")
    first, *others = EMOJI.finditer(text)
    evidence = f"{1 + len(others)} emoji, the first is {quoted(first[0])}"
    return Verdict(False, evidence, first.span())


def _ending(text: str) -> str:
    return text.rstrip().rstrip(_CLOSERS + " \t\r\n")
