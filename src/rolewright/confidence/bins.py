"""Bins of answers by their confidence or score; an answer on an edge belongs to the lower bin."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def equal_mass_edges(values: Floats, bins: int) -> Floats:
    """Ascending edges between bins of about as many answers each, none of them empty.

    Equal values share a bin, so that there may be fewer bins than asked for.

    Args:
        values: shape (answers,), at least one.
        bins: at most this many.

    Returns:
        Shape (bins - 1,), each one of the values.
    """
    quantiles = np.quantile(values, equal_width_edges(bins), method="inverted_cdf")
    edges: Floats = np.unique(quantiles[quantiles < values.max()])
    return edges


def equal_width_edges(bins: int) -> Floats:
    """Edges between bins of equal width in [0, 1], shape (bins - 1,)."""
    edges: Floats = np.arange(1, bins) / bins  # division rounds 3/10 to 0.3; 3 * 0.1 is more
    return edges


def bin_of(values: Floats, edges: Floats) -> NDArray[np.intp]:
    """The bin of each value, shape (answers,)."""
    return np.searchsorted(edges, values, side="left")
