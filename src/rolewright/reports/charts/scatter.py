"""Points in a plane, without axes."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rolewright.reports.charts.axes import Axis
from rolewright.reports.charts.svg import WIDTH, drawing, element

_HEIGHT, _MARGIN = 360, 8


@dataclass(frozen=True, slots=True)
class Point:
    """One point.

    Attributes:
        x, y: its place, in any unit.
        tone: CSS class of its colour.
        said: shown while the pointer is on it.
    """

    x: float
    y: float
    tone: str
    said: str


def scatter_plot(label: str, points: Sequence[Point]) -> Markup:
    """Draw points; their range fills the plot.

    Args:
        label: what the chart says to those who cannot see it.
        points: at least one.
    """
    xs, ys = [point.x for point in points], [point.y for point in points]
    x = Axis(min(xs), max(*xs, min(xs) + 1e-9), start=_MARGIN, end=WIDTH - _MARGIN)
    y = Axis(min(ys), max(*ys, min(ys) + 1e-9), start=_HEIGHT - _MARGIN, end=_MARGIN)
    dots = [
        element(
            "circle",
            element("title", point.said),
            cx=x(point.x),
            cy=y(point.y),
            r=3,
            class_=f"point {point.tone}",
        )
        for point in points
    ]
    frame = element("rect", x=0, y=0, width=WIDTH, height=_HEIGHT, class_="frame")
    return drawing(label, _HEIGHT, frame, *dots)
