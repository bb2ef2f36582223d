"""Numbers as a reader meets them, the same in both languages."""

import math
from typing import TypeGuard

ABSENT = "–"


def percent(share: float | None) -> str:
    """A share as a whole percentage, which reads 0% or 100% only where it is exactly that."""
    if not is_number(share):
        return ABSENT
    rounded = round(100 * share)
    if share > 0 and rounded == 0:
        return "<1%"
    if share < 1 and rounded == 100:
        return ">99%"
    return f"{rounded}%"


def percent_interval(low: float | None, high: float | None) -> str:
    """An interval of shares."""
    if not (is_number(low) and is_number(high)):
        return ABSENT
    return f"{round(100 * low)}–{round(100 * high)}%"


def points(difference: float | None) -> str:
    """A difference of shares in percentage points, with its sign."""
    if not is_number(difference):
        return ABSENT
    rounded = round(100 * difference)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded)}"


def signed_percent(change: float | None) -> str:
    """A relative change with its sign and one digit."""
    if not is_number(change):
        return ABSENT
    rounded = round(100 * change, 1)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded):.1f}%"


def decimal(value: float | None, digits: int = 3) -> str:
    """A number with fixed digits, and no sign where they are all 0."""
    return f"{value:z.{digits}f}".replace("-", "−") if is_number(value) else ABSENT


def p_value(value: float | None) -> str:
    """A p-value with its relation."""
    if not is_number(value):
        return ABSENT
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value of a JSON file is a finite number; NaN and null say that there is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
