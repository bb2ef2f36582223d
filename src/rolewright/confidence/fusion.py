"""One confidence out of many scores."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from rolewright.confidence.log_odds import log_odds, probability

Floats = NDArray[np.float64]
Stacking = Literal["stacking"]
_STRENGTH = 0.1


class FusedMap(BaseModel):
    """Logistic regression on the log-odds of all scores (stacking: Wolpert 1992)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Stacking = "stacking"
    weights: dict[str, float]
    """By score: what one unit of its log-odds adds to those of the confidence."""
    intercept: float

    def fuse(self, sureties: Mapping[str, Floats]) -> Floats:
        """Confidence of answers from their sureties by score; all of shape (answers,)."""
        terms = [weight * log_odds(sureties[score]) for score, weight in self.weights.items()]
        return probability(np.sum(terms, axis=0) + self.intercept)


def fit_fusion(sureties: Mapping[str, Floats], correct: Sequence[bool]) -> FusedMap:
    """Fit a fused confidence.

    The scores are standardised and regularised alike: several of them say nearly the same.

    Args:
        sureties: by score, each in [0, 1], rising with surety, shape (answers,). A head's are of
            heads that were fitted without the answer.
        correct: length (answers,), with at least one right and one wrong.
    """
    from sklearn.linear_model import LogisticRegression

    inputs = np.stack([log_odds(values) for values in sureties.values()], axis=1)
    mean, deviation = inputs.mean(axis=0), inputs.std(axis=0)
    deviation[deviation < 1e-9] = np.inf  # a score that is always the same says nothing
    model = LogisticRegression(C=_STRENGTH, max_iter=1000)
    model.fit((inputs - mean) / deviation, np.asarray(correct))
    slopes = model.coef_[0] / deviation
    return FusedMap(
        weights={score: float(s) for score, s in zip(sureties, slopes, strict=True)},
        intercept=float(model.intercept_[0] - slopes @ mean),
    )
