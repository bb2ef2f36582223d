"""Likeness of short texts in any script: TF-IDF of runs of characters."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rolewright.dataset.words import joined, words_of

_LONGEST_GRAM = 3
_MOST_WORDS = 120
_CODE_POINT_BITS = 21


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
        frequency = Counter(gram for text in texts for gram in _grams(text)[0].tolist())
        kept = sorted(frequency.most_common(most_grams))
        self._grams = np.array([gram for gram, _ in kept], dtype=np.int64)
        self._idf = np.array([math.log((1 + len(texts)) / (1 + n)) + 1 for _, n in kept])
        self._strange_idf = math.log((1 + len(texts)) / 2) + 1
        if not by_rarity:
            self._idf, self._strange_idf = np.ones(len(kept)), 1.0

    def vector(self, text: str) -> NDArray[np.float64]:
        """The weights of a text, shape ``(vocabulary,)``; all zero where it shares nothing."""
        weights = np.zeros(len(self._idf))
        if not len(weights):
            return weights
        grams, counts = _grams(text)
        frequencies = 1 + np.log(counts)
        columns = self._grams.searchsorted(grams).clip(max=len(weights) - 1)
        known = self._grams[columns] == grams
        columns, strange = columns[known], frequencies[~known]
        weights[columns] = self._idf[columns] * frequencies[known]
        length = math.sqrt(weights @ weights + self._strange_idf**2 * (strange @ strange))
        return weights / (length or 1)

    def matrix(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The weights of several texts, shape ``(texts, vocabulary)``."""
        return np.array([self.vector(text) for text in texts]).reshape(len(texts), len(self._idf))


def _grams(text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Runs of one to three characters, punctuation left out, and how often each occurs.

    A run is the number that its code points make, one behind the other.
    """
    plain = joined(words_of(text, _MOST_WORDS))
    plain = f" {plain} " if plain else ""
    points = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    runs, found = points, [points[points != ord(" ")]]
    for length in range(2, _LONGEST_GRAM + 1):
        runs = (runs[:-1] << _CODE_POINT_BITS) | points[length - 1 :]
        found.append(runs)
    return np.unique(np.concatenate(found), return_counts=True)
