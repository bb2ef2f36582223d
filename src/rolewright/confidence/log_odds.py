"""Log-odds of probabilities, finite at 0 and 1."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_EPSILON = 1e-6


def log_parts(probabilities: Sequence[float] | Floats) -> Floats:
    """Log p and -log(1 - p) of probabilities p clipped to [1e-6, 1 - 1e-6], shape (..., 2)."""
    clipped = np.clip(np.asarray(probabilities, dtype=float), _EPSILON, 1 - _EPSILON)
    return np.stack([np.log(clipped), -np.log1p(-clipped)], axis=-1)


def log_odds(probabilities: Sequence[float] | Floats) -> Floats:
    """The log-odds, of probabilities clipped to [1e-6, 1 - 1e-6]; of the same shape."""
    odds: Floats = log_parts(probabilities).sum(axis=-1)
    return odds


def probability(odds: Floats) -> Floats:
    """The probability with these log-odds; of the same shape."""
    from scipy.special import expit

    found: Floats = expit(odds)
    return found
