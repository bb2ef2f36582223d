"""A difference of rates on a line from −100 to +100 points."""

from markupsafe import Markup

from rolewright.reports.charts.axes import Axis
from rolewright.reports.charts.svg import WIDTH, drawing, element, line, text, whisker

_POINTS = Axis(-1, 1, start=22, end=WIDTH - 22)
_MIDDLE, _BOTTOM, _HEIGHT = 42, 62, 108


def difference_line(
    label: str,
    estimate: tuple[float, float | None, float | None],
    value: str,
    sides: tuple[str, str],
) -> Markup:
    """Draw a difference with its interval and the line of no difference.

    Args:
        label: what the chart says to those who cannot see it.
        estimate: difference, low and high, in [-1, 1].
        value: the difference in words.
        sides: what a difference below and above zero means.
    """
    difference, low, high = estimate
    parts = [
        line(_POINTS.start, _BOTTOM, _POINTS.end, _BOTTOM, "axis"),
        line(_POINTS(0), 8, _POINTS(0), _BOTTOM, "zero"),
    ]
    for tick in (-1, -0.5, 0, 0.5, 1):
        sign = "+" if tick > 0 else "−" if tick < 0 else ""
        mark = f"{sign}{abs(round(100 * tick))}"
        parts.append(line(_POINTS(tick), _BOTTOM, _POINTS(tick), _BOTTOM + 4, "axis"))
        parts.append(text(_POINTS(tick), _BOTTOM + 18, mark, class_="tick", text_anchor="middle"))
    if low is not None and high is not None:
        parts.append(whisker((_POINTS(low), _MIDDLE), (_POINTS(high), _MIDDLE), cap=6))
    parts += [
        element("circle", cx=_POINTS(difference), cy=_MIDDLE, r=6, class_="dot tone-2"),
        _value_above(difference, value),
        text(0, _HEIGHT - 8, f"← {sides[0]}", class_="title"),
        text(WIDTH, _HEIGHT - 8, f"{sides[1]} →", class_="title", text_anchor="end"),
    ]
    return drawing(label, _HEIGHT, *parts)


def _value_above(difference: float, value: str) -> Markup:
    x = min(max(_POINTS(difference), 30), WIDTH - 30)
    return text(x, _MIDDLE - 14, value, class_="value", text_anchor="middle")
