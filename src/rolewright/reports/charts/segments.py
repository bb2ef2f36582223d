"""Bars of several segments, each under its name, so that names may be of any length."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rolewright.reports.charts.axes import Axis
from rolewright.reports.charts.svg import WIDTH, drawing, element, line, text

_ROW, _BAR, _NAME = 40, 12, 14
_LEGEND_ROW = 20
_END = WIDTH - 96
_LONGEST_NAME = 44


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar.

    Attributes:
        name: what it counts.
        tone: CSS class of its colour.
        value: its length, not negative.
    """

    name: str
    tone: str
    value: float


@dataclass(frozen=True, slots=True)
class SegmentedBar:
    """One bar.

    Attributes:
        name: stands above it.
        segments: from left to right.
        value: the bar in words.
    """

    name: str
    segments: tuple[Segment, ...]
    value: str


def segmented_bars(
    label: str,
    bars: Sequence[SegmentedBar],
    legend: Sequence[tuple[str, str]] = (),
    limit: tuple[float, str] | None = None,
) -> Markup:
    """Draw bars one below the other; the longest fills the width.

    Args:
        label: what the chart says to those who cannot see it.
        bars: from top to bottom.
        legend: names and tones of the segments.
        limit: a length that bars should not exceed, and its name.
    """
    lengths = [sum(segment.value for segment in bar.segments) for bar in bars]
    axis = Axis(0, max(*lengths, 1.15 * limit[0] if limit else 0, 1e-9), start=0, end=_END)
    keys, top = _legend(legend)
    parts = list(keys)
    bottom = top + _ROW * len(bars)
    for index, bar in enumerate(bars):
        parts.append(_draw(bar, axis, top + _ROW * index))
    if limit is not None:
        at = axis(limit[0])
        parts.append(line(at, top + _NAME, at, bottom + 4, "threshold"))
        parts.append(text(at, bottom + 17, limit[1], class_="tick", text_anchor="middle"))
        bottom += 20
    return drawing(label, bottom + 4, *parts)


def _draw(bar: SegmentedBar, axis: Axis, top: float) -> Markup:
    name = bar.name if len(bar.name) <= _LONGEST_NAME else bar.name[:_LONGEST_NAME] + "…"
    parts = [text(0, top + _NAME - 2, name, class_="name")]
    reached = 0.0
    for segment in bar.segments:
        if segment.value:
            start, end = axis(reached), axis(reached + segment.value)
            parts.append(
                element(
                    "rect",
                    element("title", f"{segment.name}: {segment.value:.3g}"),
                    x=start,
                    y=top + _NAME + 3,
                    width=end - start,
                    height=_BAR,
                    class_=f"bar {segment.tone}",
                )
            )
        reached += segment.value
    middle = top + _NAME + 3 + _BAR / 2
    parts.append(text(WIDTH, middle + 4, bar.value, class_="value", text_anchor="end"))
    return element("g", *parts)


def _legend(names: Sequence[tuple[str, str]]) -> tuple[list[Markup], float]:
    """Swatches with their names, as many in a row as fit, and where the chart below begins."""
    parts: list[Markup] = []
    left, row = 0.0, 0
    for name, tone in names:
        width = 30 + sum(13 if ord(character) > 0x2E80 else 7 for character in name)
        if left and left + width > WIDTH:
            left, row = 0.0, row + 1
        top = _LEGEND_ROW * row
        parts.append(element("rect", x=left, y=top + 2, width=12, height=12, class_=f"bar {tone}"))
        parts.append(text(left + 17, top + 12, name, class_="name"))
        left += width
    return parts, (_LEGEND_ROW * (row + 1) + 8) if names else 0
