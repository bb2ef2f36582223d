"""How far a confidence can be trusted, from answers that were graded."""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Graded:
    """One graded answer.

    Attributes:
        confidence: in [0, 1].
        correct: whether the answer is right.
    """

    confidence: float
    correct: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of similar confidence.

    Attributes:
        count: how many.
        confidence: their mean confidence.
        accuracy: share that is right.
        low: start of the accuracy's 95% Wilson interval.
        high: its end.
    """

    count: int
    confidence: float
    accuracy: float
    low: float
    high: float


def wilson_interval(hits: int, total: int) -> tuple[float, float]:
    """95% interval of a proportion (Wilson 1927); total is at least one."""
    share, z2 = hits / total, _Z95**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    spread = math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    half = _Z95 * spread / (1 + z2 / total)
    return max(0.0, centre - half), min(1.0, centre + half)


def equal_mass_bins(answers: Sequence[Graded], bins: int = 10) -> list[Bin]:
    """Bins that hold about as many answers each, by rising confidence.

    Answers of equal confidence fall into one bin, as in the expected calibration error of
    ``rolewright.confidence.metrics``, so that there may be fewer bins than asked for.
    """
    ordered = sorted(answers, key=lambda answer: answer.confidence)
    n = len(ordered)
    edges = sorted({ordered[-(-i * n // bins) - 1].confidence for i in range(1, bins)})
    grouped = groupby(ordered, key=lambda answer: bisect_left(edges, answer.confidence))
    return [_bin(list(members)) for _, members in grouped]


def _bin(members: Sequence[Graded]) -> Bin:
    count, hits = len(members), sum(answer.correct for answer in members)
    low, high = wilson_interval(hits, count)
    mean = math.fsum(answer.confidence for answer in members) / count
    return Bin(count, mean, hits / count, low, high)


def risk_coverage(answers: Sequence[Graded]) -> list[tuple[float, float, float]]:
    """What answering only from some confidence on would give, for every such threshold.

    Returns:
        (coverage, risk, threshold) by rising coverage: the share of questions answered, the share
        of wrong answers among those, and the lowest confidence that is answered. Answers of equal
        confidence are answered together.
    """
    ordered = sorted(answers, key=lambda answer: -answer.confidence)
    curve: list[tuple[float, float, float]] = []
    answered = wrong = 0
    for confidence, members in groupby(ordered, key=lambda answer: answer.confidence):
        verdicts = [answer.correct for answer in members]
        answered += len(verdicts)
        wrong += verdicts.count(False)
        curve.append((answered / len(ordered), wrong / answered, confidence))
    return curve


def slice_counts(answers: Sequence[Graded], slices: int = 10) -> tuple[list[int], list[int]]:
    """Right and wrong answers in equal slices of [0, 1]; the last slice includes 1."""
    right, wrong = [0] * slices, [0] * slices
    for answer in answers:
        side = right if answer.correct else wrong
        side[min(int(answer.confidence * slices), slices - 1)] += 1
    return right, wrong


def overconfident(graded: Sequence[Mapping[str, Any]], most: int = 10) -> list[Mapping[str, Any]]:
    """The wrong answers with the highest confidence, highest first."""
    wrong = [answer for answer in graded if not answer["correct"]]
    return sorted(wrong, key=lambda answer: -float(answer["confidence"]))[:most]
