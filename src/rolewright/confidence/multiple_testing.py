"""Many tests at once."""

from collections.abc import Sequence

import numpy as np


def adjust_p_values(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment (Holm 1979), in the order of ``p_values``.

    Rejecting what stays below a level makes a false rejection with that probability at most,
    however the tests depend on each other.
    """
    values = np.asarray(p_values, dtype=float)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * np.arange(len(values), 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1)
    return [float(value) for value in adjusted]
