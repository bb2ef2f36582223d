"""Forms that can be told from an answer's marks: lists, titles, sections, JSON."""

import re
from collections.abc import Iterator
from typing import Final

from pydantic import NonNegativeInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.comparison import judge_count, judge_exact_count
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.json_answer import load_json
from rolewright.verifiers.matching import Phrase, Phrases, Span, listed, quoted
from rolewright.verifiers.segmentation import HAN
from rolewright.verifiers.verdict import Verdict

_BULLET = re.compile(r"^[^\S\n]*(?:\*(?!\*)|-).*$", re.MULTILINE)
_HIGHLIGHT = re.compile(r"\*[^\n*]*\*")
_DOUBLE_HIGHLIGHT = re.compile(r"\*\*[^\n*]*\*\*")
_LINE = re.compile(r"[^\n]+")
_BOOK_TITLE = re.compile(r"\s*《[^《》]*\S[^《》]*》\s*")
_NUMBER = r"(?:\d+|[一二三四五六七八九十百]+)"
_PLACE_OF_NUMBER = re.compile(f"(?<=第)\\s?X\\s?(?=[{HAN}])")
_FENCES: Final = ("```json", "```Json", "```JSON", "```")


@instruction("detectable_format:number_bullet_lists")
def number_bullet_lists(
    text: str, conversation: Conversation, *, num_bullets: NonNegativeInt
) -> Verdict:
    """Check that the answer has so many bullets.

    A bullet is a line that begins with one * or with -. The span of a failure is the first bullet
    too many.

    Rule parameters:
        num_bullets: how many there have to be, exactly.

    Source: IFEval.
    """
    return judge_exact_count(
        [bullet.span() for bullet in _BULLET.finditer(text)], "bullet", num_bullets
    )


@instruction("detectable_format:constrained_response")
def constrained_response(
    text: str,
    conversation: Conversation,
    *,
    options: Phrases = ("My answer is yes.", "My answer is no.", "My answer is maybe."),
) -> Verdict:
    """Check that the answer has one of a few sentences, word for word.

    Rule parameters:
        options: the sentences, any one of which will do.

    Source: IFEval.
    """
    said = [option for option in options if option in text]
    if said:
        return Verdict(True, f"says {listed(said)}")
    return Verdict(False, f"says none of {listed(options)}")


@instruction("detectable_format:number_highlighted_sections")
def number_highlighted_sections(
    text: str, conversation: Conversation, *, num_highlights: NonNegativeInt
) -> Verdict:
    """Check that the answer highlights so many pieces in *italics* or **bold**.

    Rule parameters:
        num_highlights: how many are required.

    Source: IFEval.
    """
    hits = [*_HIGHLIGHT.finditer(text), *_DOUBLE_HIGHLIGHT.finditer(text)]
    found = sorted(hit.span() for hit in hits if hit[0].strip("*").strip())
    return judge_count(found, "highlighted piece", "at least", num_highlights)


@instruction("detectable_format:multiple_sections")
def multiple_sections(
    text: str, conversation: Conversation, *, section_spliter: Phrase, num_sections: NonNegativeInt
) -> Verdict:
    """Check that the answer has so many numbered sections.

    Rule parameters:
        section_spliter: the word before each section's number, such as "Section" or "部分"; "第X章"
            has the number inside. The number is written in digits or in Chinese. Case matters.
        num_sections: how many are required.

    Source: IFEval.
    """
    marker = section_spliter.strip()
    if _PLACE_OF_NUMBER.search(marker):
        before, after = _PLACE_OF_NUMBER.split(marker, maxsplit=1)
        pattern = rf"{re.escape(before)}\s?{_NUMBER}\s?{re.escape(after)}"
    else:
        pattern = rf"{re.escape(marker)}\s?{_NUMBER}"
    found = [hit.span() for hit in re.finditer(pattern, text)]
    return judge_count(found, "section", "at least", num_sections)


@instruction("detectable_format:json_format")
def json_format(text: str, conversation: Conversation) -> Verdict:
    """Check that the whole answer is JSON of any kind, in a code fence or not.

    Source: IFEval.
    """
    unfenced = text.strip()
    for fence in _FENCES:
        unfenced = unfenced.removeprefix(fence)
    offset = len(text.rstrip()) - len(unfenced.lstrip())
    content = unfenced.removesuffix("```").strip()
    value = load_json(content, text, offset)
    return value if isinstance(value, Verdict) else Verdict(True, "the answer is JSON")


@instruction("detectable_format:title")
def title(text: str, conversation: Conversation) -> Verdict:
    """Check that the answer has a title in double angular brackets, such as <<poem of joy>>.

    A title in Chinese brackets, 《咏春》, has to be a line of its own, since these also quote the
    names of books.

    Source: IFEval.
    """
    for start, end in _titles(text):
        return Verdict(True, f"has the title {quoted(text[start:end])}")
    return Verdict(False, "has no title in double angular brackets")


def _titles(text: str) -> Iterator[Span]:
    for line in _LINE.finditer(text):
        # The first << up to the last >>, as IFEval's greedy expression finds it.
        start, end = line[0].find("<<"), line[0].rfind(">>")
        inside = line[0][start : end + 2].lstrip("<").rstrip(">").strip() if start >= 0 else ""
        if end > start + 2 and inside:
            yield line.start() + start, line.start() + end + 2
        elif _BOOK_TITLE.fullmatch(line[0]):
            yield line.span()
