"""Every measure of a confidence, each with its interval."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rolewright.confidence.answers import group_questions
from rolewright.confidence.calibration import Calibration, ScoreMap
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.metrics import MEASURES, noise_floor
from rolewright.errors import UserError

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure, and the ends of its percentile bootstrap interval."""

    value: float
    low: float
    high: float


def report_card(
    confidence: Sequence[float],
    correct: Sequence[bool],
    *,
    groups: Sequence[int] | None = None,
    resamples: int = 1000,
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
        low, high = np.quantile(drawn[name], ends) if drawn[name] else (np.nan, np.nan)
        card[name] = Measured(measure(values, hits), float(low), float(high))
    return card


def judge(calibration: Calibration, graded: Sequence[GradedAnswer]) -> dict[str, Any]:
    """Judge every route of a calibration by answers that it was not fitted to.

    Args:
        calibration: of a bundle.
        graded: the bundle's answers to other questions, with the scores of all routes.

    Returns:
        ``questions``, ``accuracy``, ``routes`` (each route's ``score``, ``method``, ``measures``
        with intervals and ``noise_floor``), ``threshold`` (the answers that reach
        ``abstain_below``), and ``overconfident``, the ten wrong answers with most confidence.

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
    maps: dict[str, ScoreMap] = {**calibration.routes, "in force": calibration}
    routes = {}
    for name, route in maps.items():
        values = [route.confidence(answer.scores) for answer in graded]
        card = report_card(values, correct, groups=groups)
        routes[name] = {
            "score": route.score,
            "method": route.method,
            "measures": {measure: asdict(measured) for measure, measured in card.items()},
            "noise_floor": noise_floor(values),
        }
    confident = [value >= calibration.abstain_below for value in values]
    wrong = [
        {"question": a.question, "answer": a.answer, "confidence": value}
        for a, value in zip(graded, values, strict=True)
        if not a.correct
    ]
    return {
        "questions": len(graded),
        "accuracy": sum(correct) / len(correct),
        "routes": routes,
        "threshold": {
            "confidence": calibration.abstain_below,
            "answered": sum(confident),
            "wrong": sum(c and not z for c, z in zip(confident, correct, strict=True)),
        },
        "overconfident": sorted(wrong, key=lambda row: -float(str(row["confidence"])))[:_SHOWN],
    }


def _rows_by_group(groups: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])[1:]
    return list(np.split(order, starts))
