"""Horizontal bars of rates with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rolewright.reports.charts.axes import Axis
from rolewright.reports.charts.svg import WIDTH, drawing, element, line, text, whisker

_ROW, _BAR = 24, 14
_TOP = 4
_RATES = Axis(0, 1, start=108, end=WIDTH - 120)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        name: whose rate.
        tone: CSS class of its colour.
        rate: in [0, 1]; None where nothing was measured.
        low: start of the interval, or None.
        high: end of the interval, or None.
        value: the rate in words.
        count: what it was measured on, in words.
    """

    name: str
    tone: str
    rate: float | None
    low: float | None
    high: float | None
    value: str
    count: str


def rate_bars(label: str, bars: Sequence[Bar]) -> Markup:
    """Draw bars from 0% to 100%, one below the other.

    Args:
        label: what the chart says to those who cannot see it.
        bars: from top to bottom.
    """
    bottom = _TOP + _ROW * len(bars)
    grid = [line(_RATES(q), _TOP, _RATES(q), bottom, "grid") for q in (0, 0.25, 0.5, 0.75, 1)]
    rows = [_draw(bar, _TOP + _ROW * index) for index, bar in enumerate(bars)]
    return drawing(label, bottom + _TOP, *grid, *rows)


def _draw(bar: Bar, top: float) -> Markup:
    middle = top + _ROW / 2
    parts = [
        element("title", f"{bar.name}: {bar.value} {bar.count}"),
        text(0, middle + 4, bar.name, class_="name"),
        text(_RATES.end + 10, middle + 4, bar.value, class_="value"),
        text(WIDTH, middle + 4, bar.count, class_="tick", text_anchor="end"),
    ]
    if bar.rate is not None:
        parts.append(
            element(
                "rect",
                x=_RATES.start,
                y=middle - _BAR / 2,
                width=_RATES(bar.rate) - _RATES.start,
                height=_BAR,
                class_=f"bar {bar.tone}",
            )
        )
    if bar.low is not None and bar.high is not None:
        parts.append(whisker((_RATES(bar.low), middle), (_RATES(bar.high), middle)))
    return element("g", *parts)
