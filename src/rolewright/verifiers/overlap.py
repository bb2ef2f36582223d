"""What two texts have in common: runs of words, each Han character being a word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rolewright.verifiers.matching import Span, fold
from rolewright.verifiers.segmentation import HAN, KANA

Gram = tuple[str, ...]

_WORD = re.compile(rf"[{HAN}{KANA}]|[^\W_{HAN}{KANA}]+")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, folded, without punctuation.

    Attributes:
        words: in order.
        spans: where each stands in the text as it was written.
    """

    words: tuple[str, ...]
    spans: tuple[Span, ...]

    def grams(self, size: int) -> Iterator[Gram]:
        """Every run of ``size`` words, in order."""
        for start in range(len(self.words) - size + 1):
            yield self.words[start : start + size]

    def longest_run(self, known: frozenset[Gram], size: int) -> tuple[int, Span | None]:
        """The longest stretch in which every run of ``size`` words is a known one.

        Returns:
            How many words it has, and where it stands; 0 and None where there is none.
        """
        longest = (0, 0)  # grams, number of the first
        current = 0
        for number, gram in enumerate(self.grams(size)):
            current = current + 1 if gram in known else 0
            longest = max(longest, (current, number - current + 1), key=lambda run: run[0])
        grams, first = longest
        if not grams:
            return 0, None
        places = self.spans[first : first + grams + size - 1]
        # Words that were read backwards have their places in falling order.
        return len(places), (min(start for start, _ in places), max(end for _, end in places))


def words_of(text: str) -> Words:
    """Cut a text into words for comparing: case, width and script of Chinese do not matter."""
    folded = fold(text)
    hits = list(_WORD.finditer(folded.text))
    return Words(tuple(hit[0] for hit in hits), tuple(folded.original(*hit.span()) for hit in hits))


@lru_cache(maxsize=256)
def grams_of(text: str, size: int) -> frozenset[Gram]:
    """All runs of ``size`` words of a text; those of a system message are asked for often."""
    return frozenset(words_of(text).grams(size))
