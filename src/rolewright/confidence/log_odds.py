"""Log-odds of probabilities, finite at 0 and 1."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_EPSILON = 1e-6


def log_odds(probabilities: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """The log-odds, of probabilities clipped to [1e-6, 1 - 1e-6]; of the same shape."""
    clipped = np.clip(np.asarray(probabilities, dtype=float), _EPSILON, 1 - _EPSILON)
    odds: NDArray[np.float64] = np.log(clipped) - np.log1p(-clipped)
    return odds
