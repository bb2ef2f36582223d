"""Every measure of a confidence, each with its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rolewright.confidence.answers import group_questions
from rolewright.confidence.calibration import Calibration
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.metrics import MEASURES, noise_floor
from rolewright.confidence.stopwatch import DECODING
from rolewright.errors import UserError

RESAMPLES = 1000
"""Of the bootstrap, for each route."""
_BINNED = frozenset({"reliability", "resolution", "ece", "equal_width_error", "debiased_error"})
"""Chance adds to what is computed by bins, and once more to each resample. The intervals of these
are shifted back by what it adds (the bootstrap's estimate of bias, Efron & Tibshirani 1993, chapter
10): their ends would else lie beside the value, all above it."""
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure, and the ends of its bootstrap interval: percentiles, see ``_BINNED``."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """How good every route of a calibration is.

    Attributes:
        card: ``questions``, ``accuracy``, ``decoding_milliseconds``, ``routes`` (each route's
            ``score``, ``method``, ``measures`` with intervals, ``noise_floor`` and the
            ``milliseconds`` that it adds to an answer), ``in_force`` (the one that the bundle
            uses), ``threshold`` (the answers that reach
            ``abstain_below``, and the ``promise`` about them) and ``overconfident``, the ten wrong
            answers with most confidence in force.
        confidences: of each answer, by route; the same routes as in the card.
    """

    card: dict[str, Any]
    confidences: dict[str, list[float]]


def report_card(
    confidence: Sequence[float],
    correct: Sequence[bool],
    *,
    groups: Sequence[int] | None = None,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, Measured]:
    """Measure a confidence in every way of ``metrics.MEASURES``.

    Args:
        confidence: in [0, 1], length (answers,).
        correct: length (answers,), with at least one right and one wrong.
        groups: answers of one group are drawn together; None = each answer is one.
        resamples: of the bootstrap (Efron 1979); those without right or without wrong answers are
            left out.
        level: of the intervals.
        seed: of the resamples.

    Raises:
        ValueError: all answers are right, or all are wrong.
    """
    values, hits = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=bool)
    if hits.all() or not hits.any():
        raise ValueError("a report card needs at least one right and one wrong answer")
    of_group = _rows_by_group(np.arange(len(values)) if groups is None else np.asarray(groups))
    draw = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in MEASURES}
    for _ in range(resamples):
        rows = np.concatenate([of_group[g] for g in draw.integers(0, len(of_group), len(of_group))])
        if hits[rows].all() or not hits[rows].any():
            continue
        for name, measure in MEASURES.items():
            drawn[name].append(measure(values[rows], hits[rows]))
    ends = [(1 - level) / 2, (1 + level) / 2]
    card = {}
    for name, measure in MEASURES.items():
        value = measure(values, hits)
        low, high = np.quantile(drawn[name], ends) if drawn[name] else (np.nan, np.nan)
        if name in _BINNED and drawn[name]:
            added = np.mean(drawn[name]) - value
            low, high = np.maximum([low - added, high - added], 0)
        card[name] = Measured(value, float(low), float(high))
    return card


def judge(
    calibration: Calibration,
    graded: Sequence[GradedAnswer],
    milliseconds: Mapping[str, float],
) -> Judgement:
    """Judge every route of a calibration by answers that it was not fitted to.

    Args:
        calibration: of a bundle; without its certificate where that holds no more.
        graded: the bundle's answers to other questions, with the scores of all routes.
        milliseconds: what decoding an answer took, and what each route added.

    Raises:
        UserError: all answers are right, or all are wrong.
    """
    correct = [answer.correct for answer in graded]
    if len(set(correct)) < 2:
        raise UserError.at(
            "the graded questions",
            f"the model answers {sum(correct)} of {len(correct)} right",
            expected="both right and wrong answers",
            fix="add other questions",
        )
    groups = group_questions([answer.question for answer in graded]).tolist()
    routes, confidences = {}, {}
    for name, route in calibration.routes.items():
        values = [route.confidence(answer.scores) for answer in graded]
        measured = report_card(values, correct, groups=groups, resamples=RESAMPLES)
        confidences[name] = values
        routes[name] = {
            "score": route.score,
            "method": route.method,
            "measures": {measure: asdict(found) for measure, found in measured.items()},
            "noise_floor": noise_floor(values),
            "milliseconds": sum(milliseconds[read] for read in sorted(route.needs())),
        }
    card = {
        "questions": len(graded),
        "accuracy": sum(correct) / len(correct),
        "decoding_milliseconds": milliseconds[DECODING],
        "routes": routes,
        "in_force": calibration.in_force,
        "threshold": _threshold(calibration, graded, confidences[calibration.in_force]),
        "overconfident": _overconfident(graded, confidences[calibration.in_force]),
    }
    return Judgement(card, confidences)


def _threshold(
    calibration: Calibration, graded: Sequence[GradedAnswer], confidence: Sequence[float]
) -> dict[str, Any]:
    lowest, certificate = calibration.abstain_below, calibration.certificate
    reached = [a for a, value in zip(graded, confidence, strict=True) if value >= lowest]
    promise = None
    if certificate is not None and certificate.threshold is not None:
        promise = {"max_error": certificate.max_error, "delta": certificate.delta}
    return {
        "confidence": lowest,
        "answered": len(reached),
        "wrong": sum(not answer.correct for answer in reached),
        "promise": promise,
    }


def _overconfident(
    graded: Sequence[GradedAnswer], confidence: Sequence[float]
) -> list[dict[str, Any]]:
    wrong = [
        (value, answer)
        for value, answer in zip(confidence, graded, strict=True)
        if not answer.correct
    ]
    surest = sorted(wrong, key=lambda pair: -pair[0])[:_SHOWN]
    return [
        {"question": answer.question, "answer": answer.answer, "confidence": value}
        for value, answer in surest
    ]


def _rows_by_group(groups: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])[1:]
    return list(np.split(order, starts))
