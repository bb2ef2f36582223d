"""Maps from a raw score to the probability that the answer is right."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from rolewright.confidence.log_odds import log_odds

_SAME = 1e-9


class PlattMap(BaseModel):
    """Logistic regression on the score's log-odds (Platt 1999)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["platt"] = "platt"
    slope: float
    intercept: float

    def apply(self, scores: Sequence[float]) -> list[float]:
        """Confidence of each score, in (0, 1)."""
        z = self.slope * log_odds(scores) + self.intercept
        return [float(value) for value in 1 / (1 + np.exp(-z))]


class IsotonicMap(BaseModel):
    """Non-decreasing step function, interpolated (Zadrozny & Elkan 2002)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["isotonic"] = "isotonic"
    scores: tuple[float, ...]
    """Ascending."""
    confidences: tuple[float, ...]
    """Non-decreasing, of the same length."""

    def apply(self, scores: Sequence[float]) -> list[float]:
        """Confidence of each score, in [0, 1]."""
        return [float(value) for value in np.interp(scores, self.scores, self.confidences)]


CalibrationMap = Annotated[PlattMap | IsotonicMap, Field(discriminator="method")]


def fit_platt(scores: Sequence[float], correct: Sequence[bool]) -> PlattMap:
    """Fit a Platt map, with Platt's smoothed targets instead of 0 and 1.

    Args:
        scores: in [0, 1], rising with surety, length (answers,).
        correct: length (answers,), with at least one right and one wrong.
    """
    from sklearn.linear_model import LogisticRegression

    odds, hits = log_odds(scores), np.asarray(correct, dtype=bool)
    right, wrong = int(hits.sum()), int((~hits).sum())
    target = np.where(hits, (right + 1) / (right + 2), 1 / (wrong + 2))
    if np.ptp(odds) < _SAME:  # any slope would do
        return PlattMap(slope=0, intercept=float(log_odds([target.mean()])[0]))
    # A soft target is a right and a wrong answer with weights that add up to one.
    model = LogisticRegression(C=np.inf, solver="newton-cholesky").fit(
        np.concatenate([odds, odds])[:, None],
        np.repeat([1, 0], len(odds)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    return PlattMap(slope=float(model.coef_[0, 0]), intercept=float(model.intercept_[0]))


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


Method = Literal["platt", "isotonic"]
FIT: dict[Method, Callable[[Sequence[float], Sequence[bool]], PlattMap | IsotonicMap]] = {
    "platt": fit_platt,
    "isotonic": fit_isotonic,
}
