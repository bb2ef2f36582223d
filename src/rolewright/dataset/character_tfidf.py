"""Likeness of short texts in any script: TF-IDF of runs of characters."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rolewright.dataset.words import joined, words_of

_LONGEST_GRAM = 3
_MOST_WORDS = 120


class CharacterTfidf:
    """Weights of runs of one to three characters, with the rarity that they have in some texts.

    Source: Salton & Buckley 1988, smoothed as in scikit-learn, with a logarithmic term frequency.
    Vectors have length 1 over all runs of a text, also over those outside the vocabulary, so that a
    text that shares one run with another is not like it.

    Args:
        texts: that the vocabulary and the rarity are taken from.
        most_grams: the commonest runs make the vocabulary.
        by_rarity: whether rare runs weigh more. Where texts differ in a number or a name only, its
            rare runs would outweigh all that they have in common.
    """

    def __init__(
        self, texts: Sequence[str], most_grams: int = 4096, *, by_rarity: bool = True
    ) -> None:
        frequency = Counter(gram for text in texts for gram in _grams(text))
        kept = frequency.most_common(most_grams)
        self._columns = {gram: column for column, (gram, _) in enumerate(kept)}
        self._idf = np.array([math.log((1 + len(texts)) / (1 + n)) + 1 for _, n in kept])
        self._strange_idf = math.log((1 + len(texts)) / 2) + 1
        if not by_rarity:
            self._idf, self._strange_idf = np.ones(len(kept)), 1.0

    def vector(self, text: str) -> NDArray[np.float64]:
        """The weights of a text, shape ``(vocabulary,)``; all zero where it shares nothing."""
        known, strange = {}, 0.0
        for gram, count in _grams(text).items():
            weight = 1 + math.log(count)
            if (column := self._columns.get(gram)) is None:
                strange += weight**2
            else:
                known[column] = weight
        weights = np.zeros(len(self._idf))
        columns = np.fromiter(known, dtype=np.intp)
        weights[columns] = self._idf[columns] * np.fromiter(known.values(), dtype=float)
        length = math.sqrt(weights @ weights + self._strange_idf**2 * strange)
        return weights / (length or 1)

    def matrix(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The weights of several texts, shape ``(texts, vocabulary)``."""
        return np.array([self.vector(text) for text in texts]).reshape(len(texts), len(self._idf))


def _grams(text: str) -> Counter[str]:
    """Runs of one to three characters, punctuation left out."""
    plain = f" {joined(words_of(text, _MOST_WORDS))} "
    return Counter(
        gram
        for length in range(1, _LONGEST_GRAM + 1)
        for start in range(len(plain) - length + 1)
        if (gram := plain[start : start + length]).strip()
    )
