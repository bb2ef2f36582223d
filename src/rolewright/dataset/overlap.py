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
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_MULTIPLIER = 0x9E3779B97F4A7C15


def hash_runs(texts: Sequence[str]) -> "tuple[NDArray[np.uint64], NDArray[np.int64]]":
    """A hash of each run of each text, the same within one process; and the text's index."""
    import numpy as np

    runs: list[NDArray[np.uint64]] = []
    owners: list[NDArray[np.int64]] = []
    units = [_UNIT.findall(text.casefold()) for text in texts]
    han = [
        2 * len(_IDEOGRAPH.findall(text)) > len(found)
        for text, found in zip(texts, units, strict=True)
    ]
    for chinese, length in ((True, RUN_HAN_CHARACTERS), (False, RUN_WORDS)):
        chosen = [index for index, is_han in enumerate(han) if is_han == chinese]
        counts = np.array([len(units[index]) for index in chosen], dtype=np.int64)
        owner = np.repeat(np.array(chosen, dtype=np.int64), counts)
        words = (hash(unit) for index in chosen for unit in units[index])
        hashed = np.fromiter(words, np.int64, counts.sum()).astype(np.uint64)
        begins = max(len(hashed) - length + 1, 0)
        run = np.full(begins, length, dtype=np.uint64)
        for offset in range(length):
            run *= np.uint64(_MULTIPLIER)
            run += hashed[offset : offset + begins]
        within = owner[:begins] == owner[len(owner) - begins :]  # not into the next text
        runs.append(run[within])
        owners.append(owner[:begins][within])
    return np.concatenate(runs), np.concatenate(owners)
