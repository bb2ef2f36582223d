"""Runs of words that two texts share.

A run is 13 words (Brown et al., arXiv 2005.14165, appendix C), or 20 characters of a text that is
mostly Chinese.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RUN_WORDS = 13
RUN_HAN_CHARACTERS = 20

_UNIT = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_MULTIPLIER = 0x9E3779B97F4A7C15


def hash_runs(texts: Sequence[str]) -> "tuple[NDArray[np.uint64], NDArray[np.int64]]":
    """A hash of each run of each text, the same within one process; and the text's index."""
    import numpy as np

    runs: list[NDArray[np.uint64]] = [np.zeros(0, dtype=np.uint64)]
    owners: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    for index, text in enumerate(texts):
        hashed = _hash_runs(text.casefold())
        runs.append(hashed)
        owners.append(np.full(len(hashed), index))
    return np.concatenate(runs), np.concatenate(owners)


def _hash_runs(text: str) -> "NDArray[np.uint64]":
    import numpy as np

    units = _UNIT.findall(text)
    length = RUN_HAN_CHARACTERS if 2 * len(_HAN.findall(text)) > len(units) else RUN_WORDS
    count = max(len(units) - length + 1, 0)
    hashes = np.full(count, length, dtype=np.uint64)
    if count:
        words = np.array([hash(unit) for unit in units]).astype(np.uint64)
        for offset in range(length):
            hashes ^= hashes >> np.uint64(31)
            hashes *= np.uint64(_MULTIPLIER)
            hashes += words[offset : offset + count]
    return hashes
