"""How many words, sentences and paragraphs an answer has."""

import re

from pydantic import NonNegativeInt, PositiveInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.comparison import Relation, counted, judge_count
from rolewright.verifiers.instruction import instruction, words_of
from rolewright.verifiers.matching import Phrase, Span, quoted
from rolewright.verifiers.segmentation import HAN, KANA, Unit, sentences_of, units_of
from rolewright.verifiers.verdict import Verdict

_DIVIDER = re.compile(r"\s?\*\*\*\s?")
_GAP = re.compile(r"\n\n")
_END_OF_FIRST_WORD = re.compile(r"[\s.,?!'\"，。？！、；：“”‘’「」『』]")
_OPENING_QUOTES = "'\"“‘「『"
_UNSPACED = re.compile(f"[{HAN}{KANA}]\\Z")


@instruction("length_constraints:number_words")
def number_words(
    text: str,
    conversation: Conversation,
    *,
    num_words: NonNegativeInt,
    relation: Relation,
    unit: Unit | None = None,
) -> Verdict:
    """Check that the answer has so many words.

    IFEval's words are runs of letters, digits and underscores: "don't" has two. Each Han or kana
    character is a word of its own. The span of a failure is the first word too many.

    Rule parameters:
        num_words: the number compared with.
        relation: whether there have to be fewer or at least as many.
        unit: count this instead of IFEval's words: see [Units](#units).

    Source: IFEval.
    """
    if unit is not None:
        return judge_count(units_of(text, unit), "unit", relation, num_words, of=unit)
    return judge_count(words_of(text), "word", relation, num_words)


@instruction("length_constraints:number_sentences")
def number_sentences(
    text: str, conversation: Conversation, *, num_sentences: NonNegativeInt, relation: Relation
) -> Verdict:
    """Check that the answer has so many sentences, in English or Chinese.

    A line break ends no sentence, as in IFEval. The span of a failure is the first sentence too
    many.

    Rule parameters:
        num_sentences: the number compared with.
        relation: whether there have to be fewer or at least as many.

    Source: IFEval.
    """
    return judge_count(sentences_of(text, line_ends=False), "sentence", relation, num_sentences)


@instruction("length_constraints:number_paragraphs")
def number_paragraphs(
    text: str, conversation: Conversation, *, num_paragraphs: NonNegativeInt
) -> Verdict:
    """Check that the answer has so many paragraphs with the divider *** between them.

    A divider may stand before the first and after the last paragraph, but not right after another.

    Rule parameters:
        num_paragraphs: how many there have to be, exactly.

    Source: IFEval.
    """
    dividers = [divider.span() for divider in _DIVIDER.finditer(text)]
    starts = [0, *(end for _, end in dividers)]
    ends = [*(start for start, _ in dividers), len(text)]
    paragraphs = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    for divider, paragraph in zip(dividers, paragraphs[1:-1], strict=False):
        if not paragraph.strip():
            return Verdict(False, "a paragraph between two dividers *** is empty", divider)
    count = sum(bool(paragraph.strip()) for paragraph in paragraphs)
    evidence = f"{counted(count, 'paragraph')} between dividers ***, exactly {num_paragraphs}"
    return Verdict(count == num_paragraphs, f"{evidence} required")


@instruction("length_constraints:nth_paragraph_first_word")
def nth_paragraph_first_word(
    text: str,
    conversation: Conversation,
    *,
    num_paragraphs: PositiveInt,
    nth_paragraph: PositiveInt,
    first_word: Phrase,
) -> Verdict:
    """Check that the answer has so many paragraphs, one of which begins with a certain word.

    Paragraphs are separated by one empty line. A word in a script without spaces only has to stand
    at the paragraph's beginning.

    Rule parameters:
        num_paragraphs: how many there have to be, exactly.
        nth_paragraph: the paragraph that is looked at, from 1.
        first_word: its first word; case does not matter.

    Source: IFEval.
    """
    pieces = _split(text)
    count = sum(bool(text[slice(*piece)].strip()) for piece in pieces)
    if count != num_paragraphs:
        return Verdict(False, f"{counted(count, 'paragraph')}, exactly {num_paragraphs} required")
    if nth_paragraph > count:
        return Verdict(
            False, f"{counted(count, 'paragraph')}, there is no paragraph {nth_paragraph}"
        )
    start, end = pieces[nth_paragraph - 1]
    paragraph = text[start:end].strip()
    opening = paragraph.lstrip(_OPENING_QUOTES)
    end_of_word = _END_OF_FIRST_WORD.search(opening)
    word = opening[: end_of_word.start()] if end_of_word else opening
    sought = first_word.strip().lower()
    is_there = word.lower() == sought or (
        _UNSPACED.search(sought) is not None and opening.lower().startswith(sought)
    )
    evidence = f"paragraph {nth_paragraph} begins with {quoted(word)}"
    if is_there:
        return Verdict(True, evidence)
    offset = start + text[start:end].find(paragraph)
    span = (offset, offset + len(paragraph.split()[0])) if paragraph else None
    return Verdict(False, f"{evidence}, not with {quoted(first_word)}", span)


def _split(text: str) -> list[Span]:
    gaps = [gap.span() for gap in _GAP.finditer(text)]
    starts = [0, *(end for _, end in gaps)]
    return list(zip(starts, [*(start for start, _ in gaps), len(text)], strict=True))
