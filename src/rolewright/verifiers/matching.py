"""Finding phrases in a text the way a reader would, whatever the case, width or spacing.

Matching works on a folded copy of the text (NFKC, case folded, Chinese simplified, straight
quotation marks, runs of white space as one space, invisible characters dropped) and reports places
in the original.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field

from rolewright.verifiers.chinese_script import simplify

Span = tuple[int, int]

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_CHINESE_MARKS = "、。，！？；：（）《》「」『』【】“”‘’—～"
_ONE_BY_ONE = re.compile(f"[\n -~À-ÖØ-Þà-öø-ĬĮįĴ-ľŁ-ňŊ-ž{_CHINESE_MARKS}\u4e00-\u9fff]*")
"""A text of which every character folds into one, whatever stands beside it: nearly all texts."""
_STRAIGHT_QUOTES = str.maketrans("‘’ʼ“”", "'''\"\"")
_LONGEST_QUOTE_CHARACTERS = 40
_MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text made ready for matching.

    Attributes:
        text: the folded text.
        starts: for each folded character, where its source begins in the original.
        ends: for each folded character, where its source ends in the original.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original(self, start: int, end: int) -> Span:
        """Translate a non-empty range of the folded text into a span of the original."""
        return self.starts[start], self.ends[end - 1]


@lru_cache(maxsize=1024)
def fold(text: str) -> FoldedText:
    """Fold a text for matching and keep the map back to the original."""
    if _ONE_BY_ONE.fullmatch(text):
        return _join_spaces(text.translate(_FOLDED))
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _combining_sequences(text):
        for character in _fold_sequence(text[start:end]):
            if character == " " and characters and characters[-1] == " ":
                ends[-1] = end
                continue
            characters.append(character)
            starts.append(start)
            ends.append(end)
    return FoldedText("".join(characters), tuple(starts), tuple(ends))


def _join_spaces(folded: str) -> FoldedText:
    """Make one space of each run; ``folded`` has one character for each of the original."""
    if "  " not in folded:
        return FoldedText(folded, range(len(folded)), range(1, len(folded) + 1))
    starts: list[int] = []
    ends: list[int] = []
    start = 0
    for run in re.finditer(" {2,}", folded):
        kept = run.start() + 1
        starts += range(start, kept)
        ends += range(start + 1, kept)
        ends.append(run.end())
        start = run.end()
    starts += range(start, len(folded))
    ends += range(start + 1, len(folded) + 1)
    return FoldedText(re.sub(" {2,}", " ", folded), starts, ends)


@lru_cache(maxsize=1024)
def fold_phrase(phrase: str) -> str:
    """Fold a phrase that is to be found in folded texts."""
    return fold(phrase).text.strip()


def occurrences(text: str, phrase: str, *, whole_words: bool = True) -> Iterator[Span]:
    """Yield where a phrase stands in a text, from left to right, without overlap.

    Args:
        text: the text as written.
        phrase: what to look for.
        whole_words: refuse a hit that begins or ends inside a Latin, Greek or Cyrillic word or
            inside a number, so that "cat" is not found in "concatenate". A digit next to a letter
            is a boundary ("Qwen" is found in "Qwen2.5"). Scripts that write without spaces, or
            that attach particles to words, are always matched as substrings.
    """
    folded, sought = fold(text), fold_phrase(phrase)
    position = folded.text.find(sought) if sought else -1
    while position >= 0:
        end = position + len(sought)
        if not whole_words or is_whole(folded.text, position, end):
            yield folded.original(position, end)
            position = folded.text.find(sought, end)
        else:
            position = folded.text.find(sought, position + 1)


def first_occurrence(text: str, phrases: Iterable[str], *, whole_words: bool = True) -> Span | None:
    """Find the earliest hit of any of the phrases; the longest where several begin together."""
    folded = fold(text).text
    hits = [
        next(occurrences(text, phrase, whole_words=whole_words), None)
        for phrase in phrases
        if fold_phrase(phrase) in folded
    ]
    return min((hit for hit in hits if hit), key=lambda hit: (hit[0], -hit[1]), default=None)


def first_match(text: str, patterns: Iterable[re.Pattern[str]]) -> Span | None:
    """Find the earliest hit of any pattern in the folded text, as a span of the original."""
    folded = fold(text)
    hits = [hit.span() for pattern in patterns if (hit := pattern.search(folded.text))]
    return folded.original(*min(hits)) if hits else None


def has_any(text: str, marks: Iterable[str]) -> bool:
    """Say whether one of the marks stands in a text, just as it is written.

    An expression that few texts match need not be tried on the others: looking for marks of which
    each match has one is many times faster.
    """
    for mark in marks:  # noqa: SIM110 - a generator in `any` takes twice as long
        if mark in text:
            return True
    return False


def is_whole(folded: str, start: int, end: int) -> bool:
    """Say whether neither end of a range lies inside a word or a number."""
    return not (
        (start > 0 and _is_inside_word(folded[start - 1], folded[start]))
        or (end < len(folded) and _is_inside_word(folded[end - 1], folded[end]))
    )


def quoted(text: str) -> str:
    """Quote a piece of text in an evidence sentence, on one line and not too long."""
    line = " ".join(text.split())
    if len(line) > _LONGEST_QUOTE_CHARACTERS:
        line = line[:_LONGEST_QUOTE_CHARACTERS] + "…"
    return f'"{line}"'


def listed(phrases: Iterable[str]) -> str:
    """Quote several phrases in an evidence sentence; only the first few of many."""
    names = [quoted(phrase) for phrase in phrases]
    rest = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def _check_phrase(phrase: str) -> str:
    if not fold_phrase(phrase):
        raise ValueError("an empty phrase is found everywhere")
    return phrase


Phrase = Annotated[str, AfterValidator(_check_phrase)]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1)]


def _combining_sequences(text: str) -> Iterator[Span]:
    start = 0
    for position in range(1, len(text)):
        if not _continues_sequence(text[position]):
            yield start, position
            start = position
    if text:
        yield start, len(text)


@lru_cache(maxsize=4096)
def _continues_sequence(character: str) -> bool:
    # Half-width voiced sound marks and Korean vowels compose with what stands before them although
    # they are no combining characters themselves, hence the look at the decomposition.
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.category(first).startswith("M") or "\u1160" <= first <= "\u11ff"


@lru_cache(maxsize=16384)
def _fold_sequence(sequence: str) -> str:
    visible = _INVISIBLE.sub("", sequence)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    spaced = "".join(" " if character.isspace() else simplify(character) for character in folded)
    return spaced.translate(_STRAIGHT_QUOTES)


class _FoldedCharacters(dict[int, str]):
    """What each code point folds into where it stands alone, for ``str.translate``."""

    def __missing__(self, code_point: int) -> str:
        folded = self[code_point] = _fold_sequence(chr(code_point))
        return folded


_FOLDED = _FoldedCharacters()


def _is_inside_word(left: str, right: str) -> bool:
    if left.isdigit():
        return right.isdigit()
    return _is_spaced_letter(left) and (
        _is_spaced_letter(right) or unicodedata.combining(right) != 0
    )


def _is_spaced_letter(character: str) -> bool:
    is_spaced = character < "\u0590" or "\u1e00" <= character <= "\u1fff"
    return is_spaced and (character.isalpha() or unicodedata.combining(character) != 0)
