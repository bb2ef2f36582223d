"""From examples to what goes through the model in each optimiser step."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch.utils.data import DataLoader

from rolewright.prefix.plan import (
    Limits,
    Savings,
    deal,
    find_sharing,
    plan_rows,
    savings,
    small_row_tokens,
)
from rolewright.prefix.row import Row, build_row
from rolewright.tokens.example import IGNORE, Example
from rolewright.training.collate import PaddedBatch, collate

Pass = Row | PaddedBatch
"""What goes through the model at once."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one process computes of an optimiser step.

    Attributes:
        passes: as many in every process; at least one.
        trained_tokens: of the whole step, in all processes, a shared token once a conversation.
    """

    passes: list[Pass]
    trained_tokens: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How examples are laid out.

    Attributes:
        limits: of what goes through the model at once.
        small: have rows no longer than is sensible for what the examples share.
        rows: rows with attention of their own; False = padded batches.
        pad_id: stands in padded positions.
        process: number of this process.
        processes: how many there are.
    """

    limits: Limits
    small: bool = False
    rows: bool = True
    pad_id: int = 0
    process: int = 0
    processes: int = 1


class StepPlanner:
    """Lays out the examples of a step, the same in every process, and gives this one's share.

    Args:
        examples: of a whole dataset.
        layout: how.

    Attributes:
        examples: as given.
        limits: of what goes through the model at once.
    """

    def __init__(self, examples: Sequence[Example], layout: Layout) -> None:
        self.examples, self._layout, self.limits = examples, layout, layout.limits
        self._sharing = find_sharing(examples)
        if layout.small:
            share = layout.rows and layout.limits.share
            tokens = small_row_tokens(self._sharing, share=share)
            self.limits = replace(self.limits, tokens=min(tokens, self.limits.tokens))
        self._trained = [_predicted(example) for example in examples]

    def shares(self, chosen: Sequence[int]) -> list[list[list[int]]]:
        """The examples of each pass of each process."""
        layout = self._layout
        dealt = deal(self._sharing, chosen, layout.processes)
        if layout.rows:
            return [plan_rows(self._sharing, share, self.limits) for share in dealt]
        return [self._padded(share) for share in dealt]

    def plan(self, chosen: Sequence[int]) -> Step:
        """Lay out a step.

        Args:
            chosen: indices of its examples.
        """
        shares = self.shares(chosen)
        passes = [self.build(inside) for inside in shares[self._layout.process]]
        for _ in range(max(map(len, shares)) - len(passes)):
            # Wrappers that gather weights need every process to make as many passes.
            passes.append(self.build([chosen[0]]).untrained())
        return Step(passes, sum(self._trained[index] for index in chosen))

    def savings(self, sampler: "StepSampler") -> Savings:
        """What sharing saves over the epoch that a sampler gives."""
        rows = (row for step in sampler for share in self.shares(step) for row in share)
        return savings(self._sharing, rows)

    def build(self, inside: Sequence[int]) -> Pass:
        """What goes through the model at once.

        Args:
            inside: indices of its examples.
        """
        examples = [self.examples[index] for index in inside]
        if self._layout.rows:
            return build_row(examples, share=self.limits.share)
        return collate(examples, self._layout.pad_id)

    def _padded(self, share: Sequence[int]) -> list[list[int]]:
        """Batches of like length, each with its padding within the limit."""
        lengths, limits = self._sharing.lengths, self.limits
        batches: list[list[int]] = []
        for index in sorted(share, key=lambda i: -lengths[i]):
            longest = lengths[batches[-1][0]] if batches else 0
            size = len(batches[-1]) + 1 if batches else 0
            fits = longest * size <= limits.tokens and size <= (limits.conversations or size)
            if batches and fits:
                batches[-1].append(index)
            else:
                batches.append([index])
        return batches


def _predicted(example: Example) -> int:
    """Trained tokens but the first, which nothing predicts."""
    return int((np.asarray(example.labels)[1:] != IGNORE).sum())


class StepSampler:
    """The examples of each optimiser step, in an order that follows seed and epoch alone.

    Args:
        examples: how many there are.
        batch_size: examples a step; the last step of an epoch may have fewer.
        seed: of the order.
        weights: how often each is seen, relative to the others; none = all alike.

    Attributes:
        weighted: whether some are seen more often than others.
    """

    def __init__(
        self, examples: int, batch_size: int, seed: int, weights: Sequence[float] = ()
    ) -> None:
        self._examples, self._batch_size, self._seed = examples, batch_size, seed
        self._weights = torch.tensor(weights, dtype=torch.float64)
        self.weighted = len(set(weights)) > 1
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order is given next."""
        self._epoch = epoch

    def __len__(self) -> int:
        """Steps an epoch."""
        return math.ceil(self._examples / self._batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        """The indices of each step."""
        generator = torch.Generator().manual_seed(self._seed + self._epoch)
        order = torch.randperm(self._examples, generator=generator)
        if self.weighted:
            order = draw_by_weight(self._weights, generator)[order]
        for first in range(0, self._examples, self._batch_size):
            yield order[first : first + self._batch_size].tolist()


def draw_by_weight(weights: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Draw as many examples as there are: each as often as its weight over the mean weight.

    Where that is no whole number it is rounded up or down at random, so that it holds exactly in
    expectation (systematic sampling: Madow and Madow 1944, Annals of Mathematical Statistics 15:1):
    the examples lie end to end in random order, each as long as it is to be seen often, and points
    at a distance of 1 choose those they fall on.

    Args:
        weights: positive and finite, fp64, shape (examples,).
        generator: of the random order and of the first point.

    Returns:
        Indices, int64, shape (examples,).
    """
    count = len(weights)
    order = torch.randperm(count, generator=generator)
    ends = (weights[order] / weights.max()).cumsum(0)
    points = torch.arange(count, dtype=torch.float64)
    points = (points + torch.rand((), dtype=torch.float64, generator=generator)) / count * ends[-1]
    chosen = torch.searchsorted(ends, points, right=True)
    return order[chosen.clamp(max=count - 1)]  # round-off may put the last point on the last end


class StepLoader(DataLoader[dict[str, Step]]):
    """A DataLoader that tells its sampler the epoch; each item holds one ``step``.

    Args:
        planner: lays out each step.
        sampler: chooses its examples.
    """

    def __init__(self, planner: StepPlanner, sampler: StepSampler) -> None:
        super().__init__(
            range(len(planner.examples)),  # type: ignore[arg-type]  # the planner holds the examples
            batch_sampler=sampler,
            collate_fn=lambda chosen: {"step": planner.plan(chosen)},
        )
        self._steps = sampler

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch."""
        self._steps.set_epoch(epoch)
