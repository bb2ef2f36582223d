"""Which conversations of an optimiser step share a row, and which process computes it."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rolewright.prefix.row import LEAST_SHARED_TOKENS, common_beginning
from rolewright.tokens.example import Example

_LEAST_ROW_TOKENS = 1024
_FAMILY = 8
"""So many conversations have to share a beginning for the planner to keep them together."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a planner has to know of a dataset.

    Attributes:
        lengths: tokens of each example, shape (examples,).
        families: number of each example's family, which shares its beginning, shape (examples,).
        shared: tokens of the beginning that each family shares, shape (families,).
        ranks: place of each example in the order of the token ids, shape (examples,).
    """

    lengths: NDArray[np.int64]
    families: NDArray[np.int64]
    shared: NDArray[np.int64]
    ranks: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a row may hold.

    Attributes:
        tokens: at most; a longer conversation has a row of its own.
        conversations: at most; None = as many as fit.
        share: whether common beginnings stand in a row once.
    """

    tokens: int
    conversations: int | None = None
    share: bool = True


def find_sharing(examples: Sequence[Example]) -> Sharing:
    """Find out which examples begin alike: the system message, and few-shot turns where shared.

    Args:
        examples: of a whole dataset.
    """
    blocks: dict[bytes, int] = {}
    keys = []
    for index, example in enumerate(examples):
        # As big-endian bytes, ids sort as the numbers do; equal system blocks are held once.
        ids = np.asarray(example.input_ids, dtype=">i4")
        block = ids[: example.prefix_tokens].tobytes()
        tail = ids[example.prefix_tokens :].tobytes()
        keys.append((blocks.setdefault(block, len(blocks)), tail, index))
    by_number = list(blocks)
    order_of_blocks = sorted(range(len(by_number)), key=by_number.__getitem__)
    rank_of_block = np.argsort(order_of_blocks)
    keys.sort(key=lambda key: (rank_of_block[key[0]], key[1]))
    order = np.array([index for _, _, index in keys], dtype=np.int64)
    commons = [0]
    for (number, tail, _), (next_number, next_tail, _) in pairwise(keys):
        if number == next_number:
            common = len(by_number[number]) // 4 + _common(tail, next_tail)
        else:
            common = _common(by_number[number] + tail, by_number[next_number] + next_tail)
        commons.append(common)
    lengths = np.array([len(by_number[b]) + len(tail) for b, tail, _ in keys], dtype=np.int64) // 4
    systems = np.array([len(by_number[block]) for block, _, _ in keys], dtype=np.int64) // 4
    common_tokens = np.array(commons, dtype=np.int64)
    depths = np.minimum(_family_depths(common_tokens), lengths - 1)
    # A few words more than the system message make no family of their own.
    little = (depths > systems) & (depths - systems < LEAST_SHARED_TOKENS)
    depths = np.where(little, systems, depths)
    depths[depths < LEAST_SHARED_TOKENS] = 0
    new = np.ones(len(keys), dtype=bool)
    new[1:] = (depths[1:] != depths[:-1]) | (common_tokens[1:] < depths[1:])
    families = np.cumsum(new) - 1
    back = np.argsort(order)
    return Sharing(lengths[back], families[back], depths[new], back)


def _common(first: bytes, second: bytes) -> int:
    """How many ids of four bytes two sequences have in common from the start."""
    if first == second:
        return len(first) // 4
    return common_beginning(np.frombuffer(first, ">i4"), np.frombuffer(second, ">i4"))


def _family_depths(commons: NDArray[np.int64]) -> NDArray[np.int64]:
    """The deepest beginning that each sequence shares with a family, in sorted order.

    Args:
        commons: ids that each sequence shares with the one before it, shape (sequences,).
    """
    count = len(commons)
    members = min(_FAMILY, count)
    if members < 2:
        return np.zeros(count, dtype=np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(commons[1:], members - 1).min(axis=1)
    depths = np.zeros(count, dtype=np.int64)
    for offset in range(members):  # window w holds the sequences w … w + members - 1
        part = depths[offset : offset + len(windows)]
        np.maximum(part, windows, out=part)
    return depths


def small_row_tokens(sharing: Sharing, *, share: bool) -> int:
    """Tokens of a row that needs little memory, and most of which is not shared.

    Args:
        sharing: of the dataset.
        share: whether common beginnings stand in a row once.
    """
    shared = int(sharing.shared.max(initial=0)) if share else 0
    return _LEAST_ROW_TOKENS + 3 * shared


def plan_rows(sharing: Sharing, chosen: Iterable[int], limits: Limits) -> list[list[int]]:
    """Put examples into rows: best-fit decreasing within each family, then the families.

    Args:
        sharing: of the dataset.
        chosen: the examples to place.
        limits: of a row.

    Returns:
        The examples of each row.
    """
    families: dict[int, list[int]] = defaultdict(list)
    for index in chosen:
        families[int(sharing.families[index]) if limits.share else -1].append(index)
    parcels: list[tuple[int, list[int]]] = []  # tokens, examples
    for family, members in families.items():
        shared = int(sharing.shared[family]) if limits.share else 0
        sized = [(int(sharing.lengths[index]) - shared, [index]) for index in members]
        packed = _best_fit(sized, limits.tokens - shared, limits.conversations)
        parcels += [(shared + tokens, inside) for tokens, inside in packed]
    rows = [inside for _, inside in _best_fit(parcels, limits.tokens, limits.conversations)]
    return [sorted(row, key=sharing.ranks.__getitem__) for row in rows]


def _best_fit(
    parcels: list[tuple[int, list[int]]], tokens: int, conversations: int | None
) -> list[tuple[int, list[int]]]:
    """Best-fit decreasing (Johnson 1973): each parcel into the fullest bin that still takes it."""
    most = conversations or sum(len(inside) for _, inside in parcels)
    bins: list[tuple[int, list[int]]] = []
    room: list[tuple[int, int]] = []  # (tokens left, bin), sorted
    for size, inside in sorted(parcels, key=lambda parcel: -parcel[0]):
        at = bisect_left(room, (size, -1))
        while at < len(room) and len(bins[room[at][1]][1]) + len(inside) > most:
            at += 1
        if at == len(room):
            bins.append((size, list(inside)))
            left, number = tokens - size, len(bins) - 1
        else:
            left, number = room.pop(at)
            filled, content = bins[number]
            content += inside
            bins[number] = (filled + size, content)
            left -= size
        if left > 0 and len(bins[number][1]) < most:
            insort(room, (left, number))
    return bins


def deal(sharing: Sharing, chosen: Sequence[int], processes: int) -> list[list[int]]:
    """Divide the examples of an optimiser step among processes, so that none has much more to do.

    Families stay together as far as that is even: each process computes a beginning again.

    Returns:
        The examples of each process; some may have none.
    """
    order = sorted(chosen, key=lambda index: (sharing.families[index], sharing.ranks[index]))
    low, high = 0, int(sharing.lengths[order].sum())
    while low + 1 < high:  # the least load that suffices lies above low, and is at most high
        middle = (low + high) // 2
        if len(_cut(sharing, order, middle)) <= processes:
            high = middle
        else:
            low = middle
    parts = _cut(sharing, order, high)
    return parts + [[] for _ in range(processes - len(parts))]


def _cut(sharing: Sharing, order: Sequence[int], load: int) -> list[list[int]]:
    """Cut examples into parts of at most so many tokens, but one example at least."""
    parts: list[list[int]] = []
    left, family = 0, -1
    for index in order:
        cost = int(sharing.lengths[index])
        saved = int(sharing.shared[sharing.families[index]])
        if parts and sharing.families[index] == family and cost - saved <= left:
            cost -= saved
        elif not parts or cost > left:
            parts.append([])
            left = load
        parts[-1].append(index)
        left, family = left - cost, int(sharing.families[index])
    return parts


@dataclass(frozen=True)
class Savings:
    """What sharing saves over an epoch.

    Attributes:
        before: tokens of all conversations.
        after: tokens that the model computes.
    """

    before: int
    after: int

    @cached_property
    def factor(self) -> float:
        """How many times fewer tokens; about the speed-up to expect of all but attention."""
        return self.before / self.after


def savings(sharing: Sharing, rows: Iterable[Sequence[int]]) -> Savings:
    """Count the tokens of rows with and without sharing (within families)."""
    before = after = 0
    for row in rows:
        lengths = int(sharing.lengths[row].sum())
        families, members = np.unique(sharing.families[row], return_counts=True)
        before += lengths
        after += lengths - int((sharing.shared[families] * (members - 1)).sum())
    return Savings(before, after)
