"""How far texts are alike: the Jaccard similarity of their character 5-grams, and its estimate.

Two texts are compared by letters and digits only, so that case, width, spacing and punctuation do
not count. MinHash (Broder 1997) estimates the similarity from signatures of a fixed size: the share
of equal values among 128, with a standard error of 0.035 at a similarity of 0.8.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRAM_CHARACTERS = 5
SIGNATURE_VALUES = 128
COMPARED_CHARACTERS = 20_000
"""What comes later in a text is not compared."""

_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_MULTIPLIER = 0x9E3779B97F4A7C15
_MIXER = 0xBF58476D1CE4E5B9
_SEED = 1


def normalise(text: str) -> str:
    """What of a text is compared; the text itself where it has neither letters nor digits."""
    folded = unicodedata.normalize("NFKC", text[:COMPARED_CHARACTERS]).casefold()
    return _NEITHER_LETTER_NOR_DIGIT.sub("", folded) or folded


def sign(texts: Sequence[str]) -> "NDArray[np.uint16]":
    """MinHash signatures of normalised texts, shape (texts, 128)."""
    import numpy as np
    from rensa import RMinHash

    hashes, offsets = _gram_hashes(texts)
    matrix: Any = RMinHash.digest_matrix_from_flat_token_hashes(
        hashes, offsets, SIGNATURE_VALUES, _SEED
    )
    values = np.array(matrix.to_rows(), dtype=np.uint32).reshape(len(texts), SIGNATURE_VALUES)
    # Half of each value: two differing ones look equal once in 65,536 times.
    return (values ^ (values >> 16)).astype(np.uint16)


def estimate_similarity(
    first: "NDArray[np.uint16]", second: "NDArray[np.uint16]"
) -> "NDArray[np.float64]":
    """Estimated similarities of pairs of texts.

    Args:
        first: signatures, shape (pairs, 128).
        second: as many.
    """
    similarity: NDArray[np.float64] = (first == second).mean(axis=1)
    return similarity


def jaccard(first: str, second: str) -> float:
    """The exact similarity of two normalised texts."""
    mine, other = _grams(first), _grams(second)
    return len(mine & other) / len(mine | other)


def _grams(text: str) -> set[str]:
    last = max(len(text) - GRAM_CHARACTERS, 0)
    return {text[start : start + GRAM_CHARACTERS] for start in range(last + 1)}


def _gram_hashes(texts: Sequence[str]) -> "tuple[NDArray[np.uint64], NDArray[np.uint64]]":
    """A hash of each 5-gram of all texts, and where each text's begin and end."""
    import numpy as np

    # A text that is shorter than a gram is one gram.
    padded = [text.ljust(GRAM_CHARACTERS, "\0") for text in texts]
    joined = "".join(padded).encode("utf-32-le", "surrogatepass")
    characters = np.frombuffer(joined, dtype="<u4").astype(np.uint64)
    starts = len(characters) - GRAM_CHARACTERS + 1
    hashes = np.zeros(max(starts, 0), dtype=np.uint64)
    for offset in range(GRAM_CHARACTERS):
        hashes *= np.uint64(_MULTIPLIER)
        hashes += characters[offset : starts + offset]
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(_MIXER)
    hashes ^= hashes >> np.uint64(32)
    lengths = np.fromiter(map(len, padded), dtype=np.int64, count=len(padded))
    ends = np.cumsum(lengths)
    within = np.ones(len(hashes), dtype=bool)
    for offset in range(1, GRAM_CHARACTERS):  # grams that reach into the next text
        within[ends[:-1] - offset] = False
    counts = lengths - GRAM_CHARACTERS + 1
    return hashes[within], np.concatenate(([0], np.cumsum(counts))).astype(np.uint64)
