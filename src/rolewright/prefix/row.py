"""A row: conversations that go through the model together, what they share standing in it once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray

from rolewright.tokens.example import IGNORE, Example

LEAST_SHARED_TOKENS = 16
"""A shorter common beginning is not worth a branch of its own."""

LEAST_SAVED_TOKENS = 8
"""A branch on a branch has to save so many in all. At half of the above, what is lost where two
families meet is less than they have in common, so that no row is longer than planned."""

Ids = NDArray[np.int64]


class Segment(NamedTuple):
    """A run of tokens of a row that belong to the same conversations.

    Attributes:
        start: index of its first token.
        stop: index behind its last token.
        end: index behind the last token that continues it; ``stop`` where nothing does.
    """

    start: int
    stop: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A forest of conversations, written down depth first.

    A token is followed at once by all that continues it, so one number a token says who sees it:
    token q attends to token k where k ≤ q < ends[k].

    Attributes:
        input_ids: token ids, int64, shape (tokens,).
        position_ids: position of each in its own conversation, int64, shape (tokens,).
        ends: see above, int64, shape (tokens,).
        sources: indices of the tokens that predict a trained one, int64, shape (trained,).
        targets: ids that they have to predict, int64, shape (trained,).
        weights: in how many of the row's conversations each is trained, float32, shape (trained,).
        segments: the runs of tokens with the same ``end``, in order.
        paths: where in the row the tokens of each conversation stand, in the order in which the
            conversations were given, each of shape (its tokens,).
    """

    input_ids: torch.Tensor
    position_ids: torch.Tensor
    ends: torch.Tensor
    sources: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    segments: tuple[Segment, ...]
    paths: tuple[Ids, ...]

    @property
    def conversations(self) -> int:
        """How many stand in the row."""
        return len(self.paths)

    def to(self, device: torch.device | str) -> Self:
        """The row with its tensors on a device."""
        tensors = {
            field.name: value.to(device)
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), torch.Tensor)
        }
        return replace(self, **tensors)  # type: ignore[arg-type]  # all of them are tensors

    def untrained(self) -> Self:
        """The same row with nothing to train, for a process that has to keep step with others."""
        return replace(self, weights=torch.zeros_like(self.weights))


def build_row(examples: Sequence[Example], *, share: bool = True) -> Row:
    """Lay conversations out in one row.

    Args:
        examples: at least one, in any order.
        share: whether tokens that conversations have in common from the start stand in the row
            once; False = each conversation stands apart from the others.
    """
    ids = [np.asarray(example.input_ids, dtype=np.int64) for example in examples]
    labels = [np.asarray(example.labels, dtype=np.int64) for example in examples]
    order = list(range(len(ids)))
    if share:  # big-endian bytes sort as the numbers do
        order.sort(key=lambda index: ids[index].astype(">i4").tobytes())
    ordered = [ids[index] for index in order]
    common = _branch_depths(ordered) if share else [0] * len(ordered)
    pieces, positions, paths = [], [], []
    path = np.empty(0, dtype=np.int64)  # where in the row each token of the conversation stands
    ends = np.empty(sum(map(len, ordered)), dtype=np.int64)
    length = 0
    for conversation, depth in zip(ordered, common, strict=True):
        ends[path[depth:]] = length
        own = np.arange(length, length + len(conversation) - depth)
        path = np.concatenate([path[:depth], own])
        pieces.append(conversation[depth:])
        positions.append(np.arange(depth, len(conversation)))
        paths.append(path)
        length += len(own)
    ends[path] = length
    ends = ends[:length]
    sources, targets, weights = _targets(paths, [labels[index] for index in order], length)
    return Row(
        input_ids=torch.from_numpy(np.concatenate(pieces)),
        position_ids=torch.from_numpy(np.concatenate(positions)),
        ends=torch.from_numpy(ends),
        sources=torch.from_numpy(sources),
        targets=torch.from_numpy(targets),
        weights=torch.from_numpy(weights),
        segments=_segments(ends),
        paths=tuple(path for _, path in sorted(zip(order, paths, strict=True), key=itemgetter(0))),
    )


def common_beginning(first: Ids, second: Ids) -> int:
    """How many ids two sequences have in common from the start."""
    limit = min(len(first), len(second))
    different = np.flatnonzero(first[:limit] != second[:limit])
    return int(different[0]) if len(different) else limit


def _branch_depths(ordered: Sequence[Ids]) -> list[int]:
    """Of each sequence, how many tokens of the one before it to continue from.

    Beginnings shorter than ``LEAST_SHARED_TOKENS`` are left out, and so are branches on a branch
    that save less than ``LEAST_SAVED_TOKENS`` over all sequences that share them. All but the
    first sequence leave at least one token of their own.
    """
    depths = [0]
    for before, after in pairwise(ordered):
        depths.append(min(common_beginning(before, after), len(after) - 1))
    pending = [(1, len(depths), 0)]
    while pending:
        first, behind, floor = pending.pop()
        if first >= behind:
            continue
        least = min(depths[first:behind])
        if floor:
            worth = (least - floor) * (behind - first) >= LEAST_SAVED_TOKENS
        else:
            worth = least >= LEAST_SHARED_TOKENS
        kept = least if worth else floor
        splits = [i for i in range(first, behind) if depths[i] == least]
        for split in splits:
            depths[split] = kept
        inner = pairwise([first - 1, *splits, behind])
        pending += [(left + 1, right, kept) for left, right in inner]
    return depths


def _targets(
    paths: Sequence[Ids], labels: Sequence[Ids], length: int
) -> tuple[Ids, Ids, NDArray[np.float32]]:
    """Which tokens predict what: a shared token that is trained counts once a conversation."""
    sources, targets = [], []
    for path, label in zip(paths, labels, strict=True):
        trained = np.flatnonzero(label[1:] != IGNORE)
        sources.append(path[trained])
        targets.append(label[1:][trained])
    every_source, every_target = np.concatenate(sources), np.concatenate(targets)
    keys = every_source + every_target * length
    _, index, counts = np.unique(keys, return_index=True, return_counts=True)
    return every_source[index], every_target[index], counts.astype(np.float32)


def _segments(ends: Ids) -> tuple[Segment, ...]:
    borders = [0, *(np.flatnonzero(np.diff(ends)) + 1).tolist(), len(ends)]
    return tuple(Segment(start, stop, int(ends[start])) for start, stop in pairwise(borders))
