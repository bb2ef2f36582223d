"""One confidence out of many scores."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from rolewright.confidence.log_odds import log_odds, probability

Floats = NDArray[np.float64]
Stacking = Literal["stacking"]
WAVES = 256
_WIDTH = 5.0
"""Of the kernel that the waves stand for, in standard deviations of the inputs."""
_WAVE_SCALE, _INPUT_SCALE, _STRENGTH = 4.0, 0.3, 0.1
"""The larger the scale, the less the common penalty holds a feature's weight down."""
_FARTHEST = 4.0
"""Standard deviations: what lies farther out is no surer than that."""


class FusedMap(BaseModel):
    """Logistic regression on the log-odds of all scores, and on random waves of them.

    Stacking (Wolpert 1992) with a Gaussian kernel, by random Fourier features (Rahimi & Recht
    2007).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Stacking = "stacking"
    scores: tuple[str, ...]
    """The inputs, in their order."""
    means: tuple[float, ...]
    """Of the log-odds of each score."""
    scales: tuple[float, ...]
    """What the distance from the mean is multiplied with; 0 for a score that never varied."""
    weights: tuple[float, ...]
    """Of the scores, then of the waves."""
    intercept: float

    def fuse(self, sureties: Mapping[str, Floats]) -> Floats:
        """Confidence of answers from their sureties by score; all of shape (answers,)."""
        odds = np.stack([log_odds(sureties[score]) for score in self.scores], axis=1)
        features = _features(odds, np.array(self.means), np.array(self.scales))
        return probability(features @ np.array(self.weights) + self.intercept)


def fit_fusion(sureties: Mapping[str, Floats], correct: Sequence[bool]) -> FusedMap:
    """Fit a fused confidence.

    Unlike a weighted sum alone, it can trust a score here and not there, as the other scores and
    the hidden states' components say: on kinds of questions that were not fitted to, a weighted
    sum follows its head where the head knows nothing.

    Args:
        sureties: by score, each in [0, 1], rising with surety, shape (answers,). A head's are of
            heads that were fitted without the answer.
        correct: length (answers,), with at least one right and one wrong.
    """
    from sklearn.linear_model import LogisticRegression

    odds = np.stack([log_odds(values) for values in sureties.values()], axis=1)
    means, deviations = odds.mean(axis=0), odds.std(axis=0)
    varies = deviations > 1e-9
    scales = np.where(varies, 1 / np.where(varies, deviations, 1), 0)
    model = LogisticRegression(C=_STRENGTH, max_iter=1000)
    model.fit(_features(odds, means, scales), np.asarray(correct))
    return FusedMap(
        scores=tuple(sureties),
        means=tuple(means.tolist()),
        scales=tuple(scales.tolist()),
        weights=tuple(model.coef_[0].tolist()),
        intercept=float(model.intercept_[0]),
    )


def _features(odds: Floats, means: Floats, scales: Floats) -> Floats:
    """Standardised log-odds and waves of them, shape (answers, scores + WAVES)."""
    inputs = np.clip((odds - means) * scales, -_FARTHEST, _FARTHEST)
    draw = np.random.RandomState(0)  # NumPy keeps its stream the same in all versions
    directions = draw.normal(size=(inputs.shape[1], WAVES)) / _WIDTH
    phases = draw.uniform(0, 2 * math.pi, WAVES)
    waves = np.cos(inputs @ directions + phases) * math.sqrt(2 / WAVES)
    return np.concatenate([_INPUT_SCALE * inputs, _WAVE_SCALE * waves], axis=1)
