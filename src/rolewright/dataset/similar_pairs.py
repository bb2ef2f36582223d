"""Pairs of similar rows without comparing every row with every other.

Locality-sensitive hashing (Indyk and Motwani 1998): signatures are cut into 21 bands of 6 values,
and rows are compared where a band is equal. A pair of similarity 0.8 has an equal band with
probability 0.998, one of 0.5 with 0.28.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BANDS = 21
BAND_VALUES = 6
NEIGHBOURS = 4
"""With how many others that have the same band a row is compared, and with the first of them: what
many rows share is a template, and comparing each with each would take forever."""

Alike = Callable[["NDArray[np.int64]", "NDArray[np.int64]"], "NDArray[np.bool_]"]
"""Which of some pairs of rows, given as two arrays of indices, are alike."""

_MULTIPLIER = 0x9E3779B97F4A7C15
_COMPARED_AT_ONCE = 50_000


def similar_pairs(
    signatures: "NDArray[np.uint16]", kinds: "NDArray[np.uint64]", alike: Alike
) -> list[tuple[int, int]]:
    """Find pairs of rows of one kind that are alike.

    Args:
        signatures: by which rows are looked up, shape (rows, 128).
        kinds: rows of different kinds are never compared, shape (rows,).
        alike: judges the pairs that are found.

    Returns:
        Indices of rows, the lesser first; in the order of the second, then of the first.
    """
    import numpy as np

    rows = len(signatures)
    found = np.zeros(0, dtype=np.int64)
    for keys in _band_keys(signatures, kinds):
        order = np.argsort(keys, kind="stable")
        parts = [found]
        for earlier, later in _neighbours(keys[order]):
            # Rows of one key are in their order, so that the earlier has the lesser index.
            first, second = _judge(order[earlier], order[later], alike)
            parts.append(second * rows + first)
        found = np.unique(np.concatenate(parts))
    return [(number % rows, number // rows) for number in found.tolist()]


def matching_rows(
    signatures: "NDArray[np.uint16]", others: "NDArray[np.uint16]", alike: Alike
) -> dict[int, int]:
    """For each row of one table that has one, a row of another that is alike.

    Args:
        signatures: of the one table, shape (rows, 128).
        others: of the other table.
        alike: judges pairs of a row of the one table and a row of the other.
    """
    import numpy as np

    found: dict[int, int] = {}
    one_kind = np.zeros(1, dtype=np.uint64)
    bands = zip(_band_keys(signatures, one_kind), _band_keys(others, one_kind), strict=True)
    for keys, other_keys in bands:
        order = np.argsort(other_keys, kind="stable")
        start = np.searchsorted(other_keys[order], keys)
        for distance in range(NEIGHBOURS + 1):
            inside = np.flatnonzero(start + distance < len(order))
            others_inside = order[start[inside] + distance]
            same = other_keys[others_inside] == keys[inside]
            first, second = _judge(inside[same], others_inside[same], alike)
            found |= dict(zip(first.tolist(), second.tolist(), strict=True))
    return found


def _band_keys(
    signatures: "NDArray[np.uint16]", kinds: "NDArray[np.uint64]"
) -> "Iterator[NDArray[np.uint64]]":
    import numpy as np

    for band in range(BANDS):
        keys = np.broadcast_to(kinds, len(signatures)).copy()
        for value in range(band * BAND_VALUES, (band + 1) * BAND_VALUES):
            keys ^= keys >> np.uint64(31)
            keys *= np.uint64(_MULTIPLIER)
            keys += signatures[:, value]
        yield keys


def _neighbours(
    keys: "NDArray[np.uint64]",
) -> "Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]":
    """Positions in sorted keys that have the same: near each other, and each with the first."""
    import numpy as np

    positions = np.arange(len(keys))
    for distance in range(1, NEIGHBOURS + 1):
        later = positions[distance:][keys[distance:] == keys[:-distance]]
        yield later - distance, later
    starts = np.searchsorted(keys, keys)
    later = positions[positions - starts > NEIGHBOURS]
    yield starts[later], later


def _judge(
    first: "NDArray[np.int64]", second: "NDArray[np.int64]", alike: Alike
) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """The pairs that are alike, judged some at a time so that little memory is taken."""
    import numpy as np

    none = np.zeros(0, dtype=bool)
    starts = range(0, len(first), _COMPARED_AT_ONCE)
    parts = [slice(start, start + _COMPARED_AT_ONCE) for start in starts]
    kept = np.concatenate([none, *(alike(first[part], second[part]) for part in parts)])
    return first[kept], second[kept]
