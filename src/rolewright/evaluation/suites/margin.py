"""A loss beside the margin up to which it counts as none (non-inferiority)."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rolewright.evaluation.statistics import PairedDifference


def margin_figures(difference: PairedDifference | None, margin: float) -> dict[str, Any]:
    """``margin``, ``difference``, and ``no_worse``: whether the whole interval is above -margin.

    Args:
        difference: tuned less base; None without a tuned arm, then nothing is said.
        margin: a share, at least 0.
    """
    return {
        "margin": margin,
        "difference": None if difference is None else asdict(difference),
        "no_worse": None if difference is None else difference.low > -margin,
    }


def difference_values(difference: Mapping[str, Any]) -> dict[str, Any]:
    """What an objection says of a difference, in percentage points."""
    points = {f"{key}_points": 100 * difference[key] for key in ("difference", "low", "high")}
    return {**points, "pairs": difference["pairs"]}
