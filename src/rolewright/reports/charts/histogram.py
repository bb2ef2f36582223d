"""Two histograms back to back: right answers above the line, wrong ones below."""

from collections.abc import Sequence

from markupsafe import Markup

from rolewright.reports.charts.axes import Axis, percent_ticks
from rolewright.reports.charts.svg import WIDTH, drawing, element, line, text

_X = Axis(0, 1, start=50, end=WIDTH - 16)
# Counts stand above and below the bars: room is left for them.
_TOP, _BOTTOM, _HEIGHT = 64, 322, 382


def mirrored_histogram(
    label: str,
    counts: tuple[Sequence[int], Sequence[int]],
    names: tuple[str, str, str],
    threshold: tuple[float, str] | None,
) -> Markup:
    """Draw counts over equal slices of confidence.

    Args:
        label: what the chart says to those who cannot see it.
        counts: of right and of wrong answers, equally many slices.
        names: of the right, of the wrong and of the horizontal axis.
        threshold: the confidence below which the model abstains, and its name.
    """
    right, wrong = counts
    most_right, most_wrong = max(*right, 1), max(*wrong, 1)
    unit = (_BOTTOM - _TOP) / (most_right + most_wrong)
    zero = _TOP + unit * most_right
    parts = [
        *_legend(_X.start, f"↑ {names[0]}", "right"),
        *_legend(_X(0.5), f"↓ {names[1]}", "wrong"),
        text(_X.end, _BOTTOM + 51, names[2], class_="title", text_anchor="end"),
        *_bars(right, zero, -unit, "right"),
        *_bars(wrong, zero, unit, "wrong"),
        line(_X.start, zero, _X.end, zero, "axis"),
    ]
    parts += [
        text(_X(value), _BOTTOM + 33, mark, class_="tick", text_anchor="middle")
        for value, mark in percent_ticks("").labels
    ]
    if threshold is not None:
        at = _X(threshold[0])
        side = "end" if threshold[0] > 0.5 else "start"
        inset = -6 if side == "end" else 6
        parts.append(line(at, 32, at, _BOTTOM + 16, "threshold"))
        parts.append(text(at + inset, 42, threshold[1], class_="tick", text_anchor=side))
    return drawing(label, _HEIGHT, *parts)


def _legend(left: float, name: str, tone: str) -> list[Markup]:
    swatch = element("rect", x=left, y=10, width=12, height=12, class_=f"bar {tone}")
    return [swatch, text(left + 19, 21, name, class_="name")]


def _bars(counts: Sequence[int], zero: float, unit: float, tone: str) -> list[Markup]:
    slice_width = (_X.end - _X.start) / len(counts)
    bars: list[Markup] = []
    for index, count in enumerate(counts):
        left, reach = _X.start + index * slice_width, unit * count
        bars.append(
            element(
                "rect",
                x=left + 1,
                y=min(zero, zero + reach),
                width=slice_width - 2,
                height=abs(reach),
                class_=f"bar {tone}",
            )
        )
        if count:
            y = zero + reach + (13 if unit > 0 else -5)
            bars.append(
                text(left + slice_width / 2, y, str(count), class_="tick", text_anchor="middle")
            )
    return bars
