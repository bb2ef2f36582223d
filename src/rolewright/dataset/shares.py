"""When a share is too large to be an accident of few rows."""

import math

LEAST_ROWS = 50
"""Below so many rows nothing is said about shares of the whole data."""
# A looser one would not do: it is the commonest of many that is looked at.
_ONE_SIDED_99_PERCENT = 2.326


def clearly_above(count: int, total: int, limit: float) -> bool:
    """Whether a share exceeds a limit by more than chance (one-sided score test, 1%)."""
    if total < LEAST_ROWS:
        return False
    slack = _ONE_SIDED_99_PERCENT * math.sqrt(limit * (1 - limit) / total)
    return count / total > limit + slack


def clearly_below(count: int, total: int, limit: float) -> bool:
    """Whether a share falls short of a limit by more than chance (one-sided score test, 1%)."""
    return clearly_above(total - count, total, 1 - limit)
