"""Runs of words that two texts share.

A run is 13 words (Brown et al., arXiv 2005.14165, appendix C), or 20 characters of a text that is
mostly Chinese.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RUN_WORDS = 13
RUN_HAN_CHARACTERS = 20

_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+")
_ASCII_WORD = re.compile("[a-z0-9]+")
_IDEOGRAPHS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_MULTIPLIER = 0x9E3779B97F4A7C15


def hash_runs(texts: Sequence[str]) -> "tuple[NDArray[np.uint64], NDArray[np.int64]]":
    """A hash of each run of each text, the same within one process; and the text's index."""
    import numpy as np

    characters: dict[int, str] = {}
    words: dict[int, list[str]] = {}
    for index, text in enumerate(texts):
        folded = text.casefold()
        if folded.isascii():
            words[index] = _ASCII_WORD.findall(folded)
            continue
        letters = _NEITHER_LETTER_NOR_DIGIT.sub("", folded)
        if 2 * sum(map(len, _IDEOGRAPHS.findall(letters))) > len(letters):
            characters[index] = letters
        else:
            words[index] = _WORD.findall(folded)
    joined = "".join(characters.values()).encode("utf-32-le")
    hashed = (hash(word) for each in words.values() for word in each)
    parts = (
        _hash_windows(
            np.frombuffer(joined, dtype="<u4").astype(np.uint64), characters, RUN_HAN_CHARACTERS
        ),
        _hash_windows(np.fromiter(hashed, dtype=np.int64).astype(np.uint64), words, RUN_WORDS),
    )
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _hash_windows(
    units: "NDArray[np.uint64]", texts: Mapping[int, Sequence[str]], length: int
) -> "tuple[NDArray[np.uint64], NDArray[np.int64]]":
    """A hash of each run of ``length`` units that stands in one text; and the text's index."""
    import numpy as np

    counts = np.fromiter(map(len, texts.values()), dtype=np.int64)
    owners = np.repeat(np.fromiter(texts, dtype=np.int64), counts)
    starts = max(len(units) - length + 1, 0)
    runs = np.full(starts, length, dtype=np.uint64)
    for offset in range(length):
        runs *= np.uint64(_MULTIPLIER)
        runs += units[offset : offset + starts]
    within = owners[:starts] == owners[len(owners) - starts :]
    return runs[within], owners[:starts][within]
