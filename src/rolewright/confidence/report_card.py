"""Every measure of a confidence, each with its interval."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rolewright.confidence.calibration import Calibration, ScoreMap
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.metrics import expected_calibration_error
from rolewright.errors import UserError

Floats = NDArray[np.float64]
Hits = NDArray[np.bool_]
_CLIP = 1e-6
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
    """Measure a confidence in every way of ``MEASURES``.

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
    groups = np.unique([answer.question for answer in graded], return_inverse=True)[1].tolist()
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


def auroc(confidence: Floats, correct: Hits) -> float:
    """Probability that a right answer has more confidence than a wrong one, ties half."""
    from scipy.stats import rankdata

    right = int(correct.sum())
    ranks = rankdata(confidence)[correct].sum()
    return float((ranks - right * (right + 1) / 2) / (right * (len(correct) - right)))


def auprc(confidence: Floats, correct: Hits) -> float:
    """Average precision of finding the wrong answers by low confidence."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(~correct, -confidence))


def risks(confidence: Floats, correct: Hits) -> Floats:
    """Share of wrong answers among the n surest, for n = 1 … answers; shape (answers,).

    Within answers of equal confidence the mean over all their orders, so that the result does not
    depend on how they stand.
    """
    order = np.argsort(-confidence, kind="stable")
    ordered, wrong = confidence[order], (~correct[order]).astype(float)
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    counts = np.diff(np.r_[starts, len(wrong)])
    shared = np.repeat(np.add.reduceat(wrong, starts) / counts, counts)
    found: Floats = shared.cumsum() / np.arange(1, len(wrong) + 1)
    return found


def aurc(confidence: Floats, correct: Hits) -> float:
    """Area under the risk–coverage curve: the mean of ``risks`` (Geifman et al. 2019)."""
    return float(risks(confidence, correct).mean())


def excess_aurc(confidence: Floats, correct: Hits) -> float:
    """AURC less that of a perfect order of the same answers (E-AURC; Geifman et al. 2019)."""
    return aurc(confidence, correct) - aurc(correct.astype(float), correct)


def prr(confidence: Floats, correct: Hits) -> float:
    """Prediction–rejection ratio: 1 = a perfect order, 0 = a random one (Malinin et al. 2021)."""
    random, best = float((~correct).mean()), aurc(correct.astype(float), correct)
    return (random - aurc(confidence, correct)) / (random - best)


def coverage_at_risk(confidence: Floats, correct: Hits, risk: float) -> float:
    """The largest share of answers above a threshold of which at most ``risk`` are wrong."""
    kept = np.flatnonzero(risks(confidence, correct) <= risk + 1e-12)
    ends = np.flatnonzero(np.r_[np.diff(np.sort(-confidence)) != 0, True])  # of equal confidences
    allowed = np.intersect1d(kept, ends)
    return float(allowed.max() + 1) / len(correct) if len(allowed) else 0.0


def brier(confidence: Floats, correct: Hits) -> float:
    """Mean squared distance of the confidence from 0 (wrong) or 1 (right)."""
    return float(((confidence - correct) ** 2).mean())


def negative_log_likelihood(confidence: Floats, correct: Hits) -> float:
    """Mean loss in nats, of confidences clipped to [1e-6, 1 - 1e-6] so that it is finite."""
    clipped = np.clip(confidence, _CLIP, 1 - _CLIP)
    return float(-np.log(np.where(correct, clipped, 1 - clipped)).mean())


def equal_mass_error(confidence: Floats, correct: Hits) -> float:
    """Expected calibration error over ten bins of equal mass; biased upwards."""
    return expected_calibration_error(confidence.tolist(), correct.tolist())


def debiased_error(confidence: Floats, correct: Hits, bins: int = 10) -> float:
    """Root mean squared calibration error without the part that chance adds; at least 0.

    The debiased plug-in estimator of Kumar et al. 2019 (arXiv 1909.10155, section 5) over bins of
    equal mass: from the squared gap of each bin the variance of its accuracy is taken away. Never
    less than the mean distance in expectation.
    """
    edges = np.quantile(confidence, np.linspace(0, 1, bins + 1)[1:-1], method="inverted_cdf")
    index = np.searchsorted(np.unique(edges), confidence, side="left")
    counts = np.bincount(index).astype(float)
    some = counts > 1
    if not some.any():  # chance is all there may be
        return 0.0
    accuracy = np.bincount(index, weights=correct.astype(float))[some] / counts[some]
    mean = np.bincount(index, weights=confidence)[some] / counts[some]
    chance = accuracy * (1 - accuracy) / (counts[some] - 1)
    squared = (counts[some] * ((accuracy - mean) ** 2 - chance)).sum() / counts[some].sum()
    return float(np.sqrt(max(0.0, squared)))


def noise_floor(confidence: Sequence[float], *, draws: int = 200, seed: int = 0) -> float:
    """The mean ECE that these confidences would show if they were perfectly calibrated."""
    values = np.asarray(confidence, dtype=float)
    draw = np.random.default_rng(seed)
    errors = [
        equal_mass_error(values, draw.uniform(size=len(values)) < values) for _ in range(draws)
    ]
    return float(np.mean(errors))


def _rows_by_group(groups: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])[1:]
    return list(np.split(order, starts))


MEASURES: dict[str, Callable[[Floats, Hits], float]] = {
    "auroc": auroc,
    "auprc": auprc,
    "prr": prr,
    "aurc": aurc,
    "excess_aurc": excess_aurc,
    "brier": brier,
    "negative_log_likelihood": negative_log_likelihood,
    "ece": equal_mass_error,
    "debiased_error": debiased_error,
    "coverage_at_5_percent_risk": lambda c, z: coverage_at_risk(c, z, 0.05),
    "coverage_at_10_percent_risk": lambda c, z: coverage_at_risk(c, z, 0.1),
}
