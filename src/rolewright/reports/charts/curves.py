"""Lines over a common pair of axes."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rolewright.reports.charts.axes import Axis, Ticks, plot_frame
from rolewright.reports.charts.svg import (
    WIDTH,
    drawing,
    element,
    line,
    polygon,
    polyline,
    text,
)

_TOP, _BOTTOM, _LEFT, _HEIGHT = 64, 262, 50, 304
_NAMES_A_ROW, _ROW = 3, 20


@dataclass(frozen=True, slots=True)
class Curve:
    """One line.

    Attributes:
        name: what it shows.
        style: CSS class of its colour and dashes.
        points: (x, y), x rising.
        dotted: whether each point is marked; a single point always is.
        band: (x, low, high) of an interval about the line, x rising; may be empty.
    """

    name: str
    style: str
    points: Sequence[tuple[float, float]]
    dotted: bool = False
    band: Sequence[tuple[float, float, float]] = ()


def curve_plot(label: str, curves: Sequence[Curve], x_ticks: Ticks, y_ticks: Ticks) -> Markup:
    """Draw curves; the ticks' first and last values bound the plot.

    Args:
        label: what the chart says to those who cannot see it.
        curves: at least one.
        x_ticks: marks of the horizontal axis.
        y_ticks: marks of the vertical axis.
    """
    x = Axis(x_ticks.labels[0][0], x_ticks.labels[-1][0], start=_LEFT, end=WIDTH - 16)
    lower = _ROW * ((len(curves) - 1) // _NAMES_A_ROW)  # what a legend of several rows takes
    y = Axis(y_ticks.labels[0][0], y_ticks.labels[-1][0], start=_BOTTOM + lower, end=_TOP + lower)
    parts = [*plot_frame(x, x_ticks, y, y_ticks), *legend(curves)]
    for curve in curves:  # all bands below all lines
        if curve.band:
            upper = [(x(at), y(high)) for at, _, high in curve.band]
            lower_edge = [(x(at), y(low)) for at, low, _ in reversed(curve.band)]
            parts.append(polygon([*upper, *lower_edge], f"band {curve.style}"))
    for curve in curves:
        places = [(x(at), y(value)) for at, value in curve.points]
        parts.append(polyline(places, f"curve {curve.style}"))
        if curve.dotted or len(places) == 1:
            parts += [
                element("circle", cx=cx, cy=cy, r=3.5, class_=f"dot {curve.style}")
                for cx, cy in places
            ]
    return drawing(label, _HEIGHT + lower, *parts)


def legend(curves: Sequence[Curve]) -> list[Markup]:
    """A sample of each line with its name above the plot, a few side by side."""
    parts: list[Markup] = []
    columns = min(len(curves), _NAMES_A_ROW)
    for index, curve in enumerate(curves):
        row, column = divmod(index, columns)
        left, middle = _LEFT + column * (WIDTH - _LEFT) / columns, 18 + _ROW * row
        parts.append(line(left, middle, left + 26, middle, f"curve {curve.style}"))
        if curve.dotted:
            dot = element("circle", cx=left + 13, cy=middle, r=3.5, class_=f"dot {curve.style}")
            parts.append(dot)
        parts.append(text(left + 33, middle + 4, curve.name, class_="name"))
    return parts
