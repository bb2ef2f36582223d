"""The reliability diagram: confidence against accuracy."""

from collections.abc import Sequence

from markupsafe import Markup

from rolewright.reports.charts.axes import Axis, percent_ticks, plot_frame
from rolewright.reports.charts.curves import Curve, legend
from rolewright.reports.charts.svg import WIDTH, drawing, element, line, whisker
from rolewright.reports.trust import Bin

_X = Axis(0, 1, start=50, end=WIDTH - 16)
_Y = Axis(0, 1, start=338, end=64)


def reliability_diagram(label: str, bins: Sequence[Bin], titles: tuple[str, str, str]) -> Markup:
    """Draw the accuracy of each bin over its mean confidence, beside the diagonal.

    Args:
        label: what the chart says to those who cannot see it.
        bins: of equal mass, with their intervals.
        titles: of the horizontal axis, the vertical axis and the diagonal.
    """
    parts = plot_frame(_X, percent_ticks(titles[0]), _Y, percent_ticks(titles[1]))
    parts += legend([Curve(titles[2], "reference", [])])
    parts.append(line(_X(0), _Y(0), _X(1), _Y(1), "curve reference"))
    for bin_ in bins:
        x = _X(bin_.confidence)
        parts.append(
            element(
                "g",
                element("title", f"n = {bin_.count}"),
                whisker((x, _Y(bin_.low)), (x, _Y(bin_.high))),
                element("circle", cx=x, cy=_Y(bin_.accuracy), r=5, class_="dot tone-2"),
            )
        )
    return drawing(label, 382, *parts)
