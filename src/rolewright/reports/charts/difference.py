"""A difference of rates on a line around zero, in points."""

from markupsafe import Markup

from rolewright.reports.charts.axes import Axis
from rolewright.reports.charts.svg import WIDTH, drawing, element, line, text, whisker

_START, _END = 22, WIDTH - 22
_MIDDLE, _BOTTOM, _HEIGHT = 42, 62, 108
_SCALES = (0.1, 0.2, 0.5, 1.0)


def difference_line(
    label: str,
    estimate: tuple[float, float | None, float | None],
    value: str,
    sides: tuple[str, str],
    margin: tuple[float, str] | None = None,
) -> Markup:
    """Draw a difference with its interval and the line of no difference.

    Args:
        label: what the chart says to those who cannot see it.
        estimate: difference, low and high, in [-1, 1].
        value: the difference in words.
        sides: what a difference below and above zero means.
        margin: a loss that still counts as none, and its name, negative where more is a loss; the
            scale then is as fine as the interval allows. None = none is drawn, and the scale
            reaches from −100 to +100.
    """
    difference, low, high = estimate
    reach = 1.0 if margin is None else _scale(difference, low, high, 2 * margin[0])
    axis = Axis(-reach, reach, start=_START, end=_END)
    parts = [
        line(axis.start, _BOTTOM, axis.end, _BOTTOM, "axis"),
        line(axis(0), 8, axis(0), _BOTTOM, "zero"),
    ]
    if margin is not None:
        at = axis(-margin[0])
        parts.append(line(at, 8, at, _BOTTOM, "threshold"))
        parts.append(text(at - 6, 14, margin[1], class_="tick", text_anchor="end"))
    for tick in (-reach, -reach / 2, 0, reach / 2, reach):
        sign = "+" if tick > 0 else "−" if tick < 0 else ""
        mark = f"{sign}{abs(round(100 * tick))}"
        parts.append(line(axis(tick), _BOTTOM, axis(tick), _BOTTOM + 4, "axis"))
        parts.append(text(axis(tick), _BOTTOM + 18, mark, class_="tick", text_anchor="middle"))
    if low is not None and high is not None:
        parts.append(whisker((axis(low), _MIDDLE), (axis(high), _MIDDLE), cap=6))
    parts += [
        element("circle", cx=axis(difference), cy=_MIDDLE, r=6, class_="dot tone-2"),
        _value_above(axis(difference), value),
        text(0, _HEIGHT - 8, f"← {sides[0]}", class_="title"),
        text(WIDTH, _HEIGHT - 8, f"{sides[1]} →", class_="title", text_anchor="end"),
    ]
    return drawing(label, _HEIGHT, *parts)


def _scale(*values: float | None) -> float:
    """The finest scale that holds all values."""
    most = max(abs(value) for value in values if value is not None)
    return next(scale for scale in _SCALES if scale >= min(most, 1))


def _value_above(at: float, value: str) -> Markup:
    x = min(max(at, 30), WIDTH - 30)
    return text(x, _MIDDLE - 14, value, class_="value", text_anchor="middle")
