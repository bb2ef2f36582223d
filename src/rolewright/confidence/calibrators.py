"""Maps from a raw score to the probability that the answer is right."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from rolewright.confidence.bins import bin_of, equal_mass_edges
from rolewright.confidence.log_odds import Floats, log_odds, log_parts, probability
from rolewright.confidence.scores import HEAD_SCORES

_SAME = 1e-9
_SHARPEST, _FLATTEST = 0.05, 100.0
"""Temperatures: scores that separate right from wrong would take it to 0, misleading ones to ∞."""
_BINS, _LEAST_IN_A_BIN = 10, 10
_PRECISION = {"ftol": 1e-12, "gtol": 1e-7}


class _Map(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TemperatureMap(_Map):
    """The score's log-odds divided by a temperature (Guo et al. 2017, arXiv 1706.04599)."""

    method: Literal["temperature"] = "temperature"
    temperature: float = Field(gt=0)
    """Above 1 = the score is too sure of itself."""

    def apply(self, scores: Sequence[float]) -> list[float]:
        """Confidence of each score, in [0, 1]."""
        return list(map(float, probability(log_odds(scores) / self.temperature)))


class PlattMap(_Map):
    """Logistic regression on the score's log-odds (Platt 1999)."""

    method: Literal["platt"] = "platt"
    slope: float
    """At least 0, but for maps that were fitted by earlier versions."""
    intercept: float

    def apply(self, scores: Sequence[float]) -> list[float]:
        """Confidence of each score, in (0, 1)."""
        return list(map(float, probability(self.slope * log_odds(scores) + self.intercept)))


class BetaMap(_Map):
    """Logistic regression on ln s and -ln(1 - s) of a score s (Kull et al. 2017)."""

    method: Literal["beta"] = "beta"
    a: float = Field(ge=0)
    """Of ln s."""
    b: float = Field(ge=0)
    """Of -ln(1 - s)."""
    c: float

    def apply(self, scores: Sequence[float]) -> list[float]:
        """Confidence of each score, in (0, 1)."""
        odds = log_parts(scores) @ np.array([self.a, self.b]) + self.c
        return list(map(float, probability(odds)))


class HistogramMap(_Map):
    """The share of right answers in the score's bin (Zadrozny & Elkan 2001)."""

    method: Literal["histogram"] = "histogram"
    edges: tuple[float, ...]
    """Between the bins, ascending; a score on an edge belongs to the lower bin."""
    confidences: tuple[float, ...]
    """Of the bins, one more than edges; they need not rise."""

    def apply(self, scores: Sequence[float]) -> list[float]:
        """Confidence of each score, in [0, 1]."""
        bins = bin_of(np.asarray(scores, dtype=float), np.asarray(self.edges, dtype=float))
        return [self.confidences[each] for each in bins]


class IsotonicMap(_Map):
    """Non-decreasing step function, interpolated (Zadrozny & Elkan 2002)."""

    method: Literal["isotonic"] = "isotonic"
    scores: tuple[float, ...]
    """Ascending."""
    confidences: tuple[float, ...]
    """Non-decreasing, of the same length."""

    def apply(self, scores: Sequence[float]) -> list[float]:
        """Confidence of each score, in [0, 1]."""
        return [float(value) for value in np.interp(scores, self.scores, self.confidences)]


AnyMap = TemperatureMap | PlattMap | BetaMap | HistogramMap | IsotonicMap
CalibrationMap = Annotated[AnyMap, Field(discriminator="method")]


def fit_temperature(scores: Sequence[float], correct: Sequence[bool]) -> TemperatureMap:
    """Fit the temperature under which the answers' correctness is likeliest, in [0.05, 100].

    Args:
        scores: probabilities of being right, length (answers,).
        correct: length (answers,).
    """
    from scipy.optimize import brentq

    odds, hits = log_odds(scores), np.asarray(correct, dtype=float)

    def excess(inverse: float) -> float:
        """Derivative of the loss by 1/T, which it is convex in."""
        return float((probability(odds * inverse) - hits) @ odds)

    flattest, sharpest = 1 / _FLATTEST, 1 / _SHARPEST
    if excess(flattest) >= 0:
        return TemperatureMap(temperature=_FLATTEST)
    if excess(sharpest) <= 0:
        return TemperatureMap(temperature=_SHARPEST)
    return TemperatureMap(temperature=1 / brentq(excess, flattest, sharpest))


def fit_platt(scores: Sequence[float], correct: Sequence[bool]) -> PlattMap:
    """Fit a Platt map, with Platt's smoothed targets instead of 0 and 1.

    Args:
        scores: in [0, 1], rising with surety, length (answers,).
        correct: length (answers,), with at least one right and one wrong.
    """
    (slope,), intercept = _fit_rising(log_odds(scores)[:, None], _platts_targets(correct))
    return PlattMap(slope=slope, intercept=intercept)


def fit_beta(scores: Sequence[float], correct: Sequence[bool]) -> BetaMap:
    """Fit a beta map, with Platt's smoothed targets instead of 0 and 1.

    Without them a score that separates right from wrong answers would have no best map.

    Args:
        scores: in [0, 1], rising with surety, length (answers,).
        correct: length (answers,), with at least one right and one wrong.
    """
    (a, b), c = _fit_rising(log_parts(scores), _platts_targets(correct))
    return BetaMap(a=a, b=b, c=c)


def fit_histogram(scores: Sequence[float], correct: Sequence[bool]) -> HistogramMap:
    """Fit a histogram: at most ten bins of equal mass, of about ten answers at least.

    Args:
        scores: length (answers,); equal ones share a bin.
        correct: length (answers,).
    """
    values = np.asarray(scores, dtype=float)
    edges = equal_mass_edges(values, max(1, min(_BINS, len(values) // _LEAST_IN_A_BIN)))
    bins = bin_of(values, edges)
    shares = np.bincount(bins, weights=np.asarray(correct, dtype=float)) / np.bincount(bins)
    return HistogramMap(edges=tuple(map(float, edges)), confidences=tuple(map(float, shares)))


def fit_isotonic(scores: Sequence[float], correct: Sequence[bool]) -> IsotonicMap:
    """Fit an isotonic map.

    Args:
        scores: rising with surety, length (answers,).
        correct: length (answers,).
    """
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    model.fit(np.asarray(scores, dtype=float), np.asarray(correct, dtype=float))
    return IsotonicMap(
        scores=tuple(map(float, model.X_thresholds_)),
        confidences=tuple(map(float, model.y_thresholds_)),
    )


Method = Literal["temperature", "platt", "beta", "histogram", "isotonic"]
FIT: dict[Method, Callable[[Sequence[float], Sequence[bool]], AnyMap]] = {
    "temperature": fit_temperature,
    "platt": fit_platt,
    "beta": fit_beta,
    "histogram": fit_histogram,
    "isotonic": fit_isotonic,
}
"""The simplest first."""


def methods_for(score: str) -> tuple[Method, ...]:
    """The maps to try for a score, the simplest first.

    A temperature alone moves no mean: it is for a score that is the probability of being right.
    """
    return tuple(name for name in FIT if name != "temperature" or score in HEAD_SCORES)


def _platts_targets(correct: Sequence[bool]) -> Floats:
    hits = np.asarray(correct, dtype=bool)
    right, wrong = int(hits.sum()), int((~hits).sum())
    return np.where(hits, (right + 1) / (right + 2), 1 / (wrong + 2))


def _fit_rising(inputs: Floats, target: Floats) -> tuple[list[float], float]:
    """Logistic regression with slopes of at least 0.

    Args:
        inputs: shape (answers, inputs); one that is always the same gets a slope of 0.
        target: in (0, 1), shape (answers,).

    Returns:
        Slopes and intercept.
    """
    from scipy.optimize import minimize

    mean, deviation = inputs.mean(axis=0), inputs.std(axis=0)
    deviation[deviation < _SAME] = np.inf
    scaled = np.column_stack([(inputs - mean) / deviation, np.ones(len(inputs))])

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = scaled @ weights
        value = (np.logaddexp(0, odds) - target * odds).mean()
        return float(value), scaled.T @ (probability(odds) - target) / len(target)

    free = [(0, None)] * inputs.shape[1] + [(None, None)]
    start = np.zeros(len(free))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=free, options=_PRECISION).x
    slopes = found[:-1] / deviation
    return [float(slope) for slope in slopes], float(found[-1] - slopes @ mean)
