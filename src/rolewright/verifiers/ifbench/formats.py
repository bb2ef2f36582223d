"""The form of an answer: options, lists, emoji, title case, templates, white space."""

import re
from typing import Final

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.comparison import counted
from rolewright.verifiers.emoji import EMOJI
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.matching import (
    Phrase,
    Phrases,
    fold,
    fold_phrase,
    listed,
    occurrences,
    quoted,
)
from rolewright.verifiers.segmentation import HAN, KANA, prose_of, sentences_of
from rolewright.verifiers.verdict import Verdict

_SEPARATORS: Final = tuple(map(re.compile, ("/|／", r"\bor\b|或者?", "[,，、]")))
_LETTERED = re.compile(r"\W*a\W+b\W+c\b", re.IGNORECASE)
_BULLET = re.compile(r"^[^\S\n]*\*(?!\*)[^\S\n]*", re.MULTILINE)
_SUB_BULLET = re.compile(r"^[^\S\n]*-(?!-)[^\S\n]*\S", re.MULTILINE)
_CLOSING_MARKS = " \t。！？…；.!?”’」』）】》〉)]}\"'*_`~"
_CASED_WORD = re.compile(
    f"(?<![^\\W_{HAN}{KANA}])[^\\W\\d_{HAN}{KANA}]+(?:['’][^\\W\\d_{HAN}{KANA}]+)*"
)
_LINE = re.compile(r"[^\r\n]+")
_MINOR_WORDS: Final = frozenset(
    {
        "a", "an", "the", "and", "but", "or", "nor", "for", "yet", "so", "as", "at", "by", "from",
        "if", "in", "into", "of", "off", "on", "onto", "over", "per", "than", "to", "up", "via",
        "vs", "with",
    }
)  # fmt: skip
_TEMPLATE: Final = ("My Answer:", "My Conclusion:", "Future Outlook:")
_WHITE_SPACE = re.compile(r"\s+")


@instruction("format:options")
def options(text: str, conversation: Conversation, *, options: Phrase | Phrases) -> Verdict:
    """Check that the whole answer is one of the options.

    Case and the marks around it do not matter, but where the options are letters in order, such as
    "a), b), c)", the answer has to be written the same way.

    Rule parameters:
        options: a list, or one text with "/", "or", "或" or commas between the options.

    Source: IFBench.
    """
    choices = _split(options) if isinstance(options, str) else list(options)
    is_lettered = _LETTERED.match(" ".join(choices)) is not None
    shape = fold_phrase if is_lettered else _bare
    if shape(text) in map(shape, choices):
        return Verdict(True, f"the answer is {quoted(text)}")
    return Verdict(
        False, f"the answer is {quoted(text)}, not one of {listed(choices)}", (0, len(text))
    )


@instruction("format:list")
def list_marker(text: str, conversation: Conversation, *, sep: Phrase) -> Verdict:
    """Check that the answer is a list whose items are marked in a particular way.

    Rule parameters:
        sep: the mark, such as "!?!?" or "SEPARATOR"; it has to be there at least twice.

    Source: IFBench.
    """
    found = len(list(occurrences(text, sep, whole_words=False)))
    return Verdict(
        found >= 2, f"{counted(found, 'mark')} {quoted(sep)} of a list, at least 2 required"
    )


@instruction("format:sub-bullets")
def sub_bullets(text: str, conversation: Conversation) -> Verdict:
    """Check that the answer has bullets with *, each with a sub-bullet with - below it.

    The span of a failure is the first bullet without one.

    Source: IFBench.
    """
    bullets = list(_BULLET.finditer(text))
    if not bullets:
        return Verdict(False, "no bullet with *")
    ends = [*(bullet.start() for bullet in bullets[1:]), len(text)]
    for bullet, end in zip(bullets, ends, strict=True):
        if not _SUB_BULLET.search(text, bullet.end(), end):
            line_end = text.find("\n", bullet.end())
            span = (bullet.start(), len(text) if line_end < 0 else line_end)
            return Verdict(False, f"no sub-bullet below {quoted(text[slice(*span)])}", span)
    return Verdict(True, f"{counted(len(bullets), 'bullet')}, each with a sub-bullet")


@instruction("format:emoji")
def emoji_every_sentence(text: str, conversation: Conversation) -> Verdict:
    """Check that every sentence ends with an emoji, before or after its final mark.

    Sentences are those of [Units](#units). The span of a failure is the first without one.

    Source: IFBench.
    """
    prose = prose_of(text)
    sentences = sentences_of(prose)
    for start, end in sentences:
        sentence = prose[start:end].rstrip(_CLOSING_MARKS)
        behind = prose[end : end + 8].lstrip(_CLOSING_MARKS)
        is_last = any(emoji.end() == len(sentence) for emoji in EMOJI.finditer(sentence))
        if not is_last and not EMOJI.match(behind):
            return Verdict(False, f"no emoji ends {quoted(text[start:end])}", (start, end))
    return Verdict(bool(sentences), f"{counted(len(sentences), 'sentence')}, each with an emoji")


@instruction("format:title_case")
def title_case(text: str, conversation: Conversation) -> Verdict:
    """Check that every major word begins with a capital letter.

    Articles, conjunctions and short prepositions ("the", "and", "of") may be small within a line.
    Words in scripts without capitals do not count.

    Source: IFBench.
    """
    for line in _LINE.finditer(text):
        words = list(_CASED_WORD.finditer(line[0]))
        for place, word in enumerate(words):
            is_within = 0 < place < len(words) - 1
            if word[0][0].islower() and not (is_within and word[0] in _MINOR_WORDS):
                span = (line.start() + word.start(), line.start() + word.end())
                return Verdict(False, f"the word {quoted(word[0])} begins small", span)
    return Verdict(True, "every major word begins with a capital letter")


@instruction("format:output_template")
def output_template(
    text: str, conversation: Conversation, *, headings: Phrases = _TEMPLATE
) -> Verdict:
    """Check that the answer has certain headings, in this order.

    Rule parameters:
        headings: what begins each part, such as "My Answer:" or "结论：".

    Source: IFBench.
    """
    folded, position = fold(text).text, 0
    for heading in headings:
        sought = fold_phrase(heading)
        found = folded.find(sought, position)
        if found < 0:
            place = "in its place" if sought in folded else "anywhere"
            return Verdict(False, f"{quoted(heading)} does not stand {place}")
        position = found + len(sought)
    return Verdict(True, f"has {listed(headings)} in this order")


@instruction("format:no_whitespace")
def no_whitespace(text: str, conversation: Conversation) -> Verdict:
    """Check that the answer has no white space, also no full-width one.

    Source: IFBench.
    """
    hit = _WHITE_SPACE.search(text)
    if hit is None:
        return Verdict(True, "no white space")
    return Verdict(False, f"has white space at character {hit.start()}", hit.span())


def _split(options: str) -> list[str]:
    for separator in _SEPARATORS:
        pieces = [piece.strip() for piece in separator.split(options)]
        if len(pieces) > 1:
            return [piece for piece in pieces if piece]
    return [options]


def _bare(text: str) -> str:
    """A text folded, without the marks around it."""
    folded = fold_phrase(text)
    kept = [place for place, character in enumerate(folded) if character.isalnum()]
    return folded[kept[0] : kept[-1] + 1] if kept else folded
