"""Linear axes, their ticks, and the frame of a plot."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rolewright.reports.charts.svg import line, text


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear map from values to user units.

    Attributes:
        low: value at ``start``.
        high: value at ``end``.
        start: user units.
        end: user units.
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a value lies."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Ticks:
    """The marked values of an axis.

    Attributes:
        title: what the axis measures.
        labels: by value.
    """

    title: str
    labels: Sequence[tuple[float, str]]


def round_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values that span at least [low, high] in steps of 1, 2 or 5 times a power of ten."""
    rough = ((high - low) or abs(high) or 1) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]


def percent_ticks(title: str, steps: int = 5) -> Ticks:
    """Marks from 0% to 100%."""
    return Ticks(title, [(i / steps, f"{round(100 * i / steps)}%") for i in range(steps + 1)])


def plot_frame(x: Axis, x_ticks: Ticks, y: Axis, y_ticks: Ticks) -> list[Markup]:
    """Grid, labels and titles of a plot with its origin at the bottom left."""
    grid = [line(x.start, y(value), x.end, y(value), "grid") for value, _ in y_ticks.labels]
    grid.append(line(x.start, y.start, x.end, y.start, "axis"))
    labels = [
        text(x.start - 7, y(value) + 4, label, class_="tick", text_anchor="end")
        for value, label in y_ticks.labels
    ]
    labels += [
        text(x(value), y.start + 17, label, class_="tick", text_anchor="middle")
        for value, label in x_ticks.labels
    ]
    titles = [
        text(x.start, y.end - 12, y_ticks.title, class_="title"),
        text(x.end, y.start + 35, x_ticks.title, class_="title", text_anchor="end"),
    ]
    return [*grid, *labels, *titles]
