"""A text as the words by which repetition is counted; each Han or kana character is one."""

import re
from collections.abc import Sequence
from itertools import islice
from operator import itemgetter

from rolewright.verifiers.segmentation import HAN, KANA

_WORD = re.compile(f"[{HAN}{KANA}]|[^\\W_{HAN}{KANA}]+(?:['’][^\\W_{HAN}{KANA}]+)*")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_FEW_WORDS = 16
_CHARACTER = re.compile(f"[{HAN}{KANA}]")
_BETWEEN_CHARACTERS = re.compile(f"(?<=[{HAN}{KANA}]) (?=[{HAN}{KANA}])")
_MARK = re.compile(r"[,.!?;:~]+(?=\s|\Z)|[，。！？；：、…～\n]+|\s[-–—]+\s|——")
# Enough for eight words.
_EDGE_CHARACTERS = 160

WINDOW_WORDS, WINDOW_CHARACTERS = 4, 8
"""How much of a text is its opening or its closing: words, or Han characters."""


def words_of(text: str, most: int | None = None) -> list[str]:
    """The words of a text in small letters, without punctuation; only the first ``most``."""
    if text.isascii() and (most is None or most > _FEW_WORDS):
        words: list[str] = _ASCII_WORD.findall(text.lower())  # twice as fast
        return words[:most]
    lines = "\n".join(map(itemgetter(0), islice(_WORD.finditer(text), most)))
    return lines.casefold().split("\n") if lines else []


def window_of(words: Sequence[str]) -> int:
    """How many of these words make an opening or a phrase: eight where most are Han, else four."""
    han = sum(_CHARACTER.match(word) is not None for word in words)
    return WINDOW_CHARACTERS if 2 * han > len(words) else WINDOW_WORDS


def opening_of(text: str) -> tuple[str, ...]:
    """The first eight Han characters or four words, or what stands before an earlier mark."""
    head = text[:_EDGE_CHARACTERS]
    words = words_of(head)
    first = next(iter(segments_of(head)), [])
    return tuple(words[: min(len(first), window_of(words[:WINDOW_CHARACTERS]))])


def closing_of(text: str) -> tuple[str, ...]:
    """The last eight Han characters or four words, or what stands behind a later mark."""
    tail = text[-_EDGE_CHARACTERS:]
    words = words_of(tail)
    last = next(iter(reversed(segments_of(tail))), [])
    length = min(len(last), window_of(words[-WINDOW_CHARACTERS:]))
    return tuple(words[len(words) - length :])


def segments_of(text: str, longest: int | None = None) -> list[list[str]]:
    """The words between marks: "Well, to be honest, no." has three segments.

    Args:
        text: any.
        longest: leave out segments of more characters.
    """
    parts = (part for part in _MARK.split(text) if longest is None or len(part) <= longest)
    return [words for words in map(words_of, parts) if words]


def phrases_of(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    """All runs of ``length`` words."""
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def without_phrase(text: str, phrase: Sequence[str]) -> str:
    """A text without the places where these words stand one after the other."""
    matches = list(_WORD.finditer(text))
    words = [match[0].casefold() for match in matches]
    kept, position, start = "", 0, 0
    while start + len(phrase) <= len(words):
        if words[start : start + len(phrase)] == list(phrase):
            kept += text[position : matches[start].start()]
            start += len(phrase)
            position = matches[start - 1].end()
        else:
            start += 1
    return kept + text[position:]


def joined(words: Sequence[str]) -> str:
    """Words as one reads them: Han characters without spaces between them."""
    return _BETWEEN_CHARACTERS.sub("", " ".join(words))
