"""How far texts are alike: the Jaccard similarity of their character n-grams, and its estimate.

A gram is 4 characters, or 3 of a text that is mostly Chinese, where a question has a dozen.

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

GRAM_CHARACTERS = 4
HAN_GRAM_CHARACTERS = 3
SIGNATURE_VALUES = 128
COMPARED_CHARACTERS = 20_000
"""What comes later in a text is not compared."""

_IDEOGRAPHS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_MARKS = tuple(zip("，！？：；（）", ",!?:;()", strict=True))
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_MULTIPLIER = 0x9E3779B97F4A7C15
_MIXER = 0xBF58476D1CE4E5B9
_SEED = 1


def normalise(text: str) -> str:
    """What of a text is compared; the text itself where it has neither letters nor digits."""
    folded = normalise_width(text[:COMPARED_CHARACTERS]).casefold()
    return _NEITHER_LETTER_NOR_DIGIT.sub("", folded) or folded


def normalise_width(text: str) -> str:
    """A text in NFKC; many times as fast where Chinese marks are all that is not so already."""
    if not text.isascii():
        for wide, narrow in _MARKS:
            text = text.replace(wide, narrow)
    return unicodedata.normalize("NFKC", text)


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
    length = _gram_length(text)
    last = max(len(text) - length, 0)
    return {text[start : start + length] for start in range(last + 1)}


def _gram_length(text: str) -> int:
    mostly_han = 2 * sum(map(len, _IDEOGRAPHS.findall(text))) > len(text)
    return HAN_GRAM_CHARACTERS if mostly_han else GRAM_CHARACTERS


def _gram_hashes(texts: Sequence[str]) -> "tuple[NDArray[np.uint64], NDArray[np.uint64]]":
    """A hash of each gram of all texts, and where each text's begin and end."""
    import numpy as np

    # A text that is shorter than a gram is one gram.
    padded = [text.ljust(GRAM_CHARACTERS, "\0") for text in texts]
    joined = "".join(padded).encode("utf-32-le", "surrogatepass")
    # One character more, which no gram reaches that counts.
    characters = np.append(np.frombuffer(joined, dtype="<u4"), 0).astype(np.uint64)
    starts = max(len(characters) - GRAM_CHARACTERS + 1, 0)
    hashes = np.zeros(starts, dtype=np.uint64)
    for offset in range(HAN_GRAM_CHARACTERS):
        hashes *= np.uint64(_MULTIPLIER)
        hashes += characters[offset : starts + offset]
    lengths = np.fromiter(map(_gram_length, texts), dtype=np.int64, count=len(texts))
    sizes = np.fromiter(map(len, padded), dtype=np.int64, count=len(texts))
    begins = np.cumsum(sizes) - sizes
    is_longer = np.repeat(lengths == GRAM_CHARACTERS, sizes)[:starts]
    last = characters[GRAM_CHARACTERS - 1 : starts + GRAM_CHARACTERS - 1]
    hashes[is_longer] = hashes[is_longer] * np.uint64(_MULTIPLIER) + last[is_longer]
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(_MIXER)
    hashes ^= hashes >> np.uint64(32)
    written = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    counts = np.maximum(written - lengths, 0) + 1
    position = np.arange(starts) - np.repeat(begins, sizes)[:starts]
    within = position < np.repeat(counts, sizes)[:starts]
    return hashes[within], np.concatenate(([0], np.cumsum(counts))).astype(np.uint64)
