"""The training curve: loss and validation loss by optimiser step."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from rolewright.reports.charts.axes import Ticks, round_ticks
from rolewright.reports.charts.curves import Curve, curve_plot
from rolewright.reports.figure import Figure, single_chart
from rolewright.reports.numerals import decimal, is_number
from rolewright.reports.wording import Wording

_MOST_ROWS = 200


def training_figure(metrics: Sequence[Mapping[str, Any]], word: Wording) -> Figure | None:
    """The training curve, or None where no loss was logged."""
    losses, validation = series(metrics, "loss"), series(metrics, "eval_loss")
    if not losses and not validation:
        return None
    curves = []
    if losses:
        curves.append(Curve(word("training.loss"), "loss", losses))
    if validation:
        curves.append(Curve(word("training.eval_loss"), "validation", validation, dotted=True))
    return Figure(
        anchor="figure-training",
        title=word("training.title"),
        caption=word("training.caption"),
        charts=single_chart(_plot(curves, word)),
        columns=(word("training.step"), word("training.loss"), word("training.eval_loss")),
        rows=tuple(_rows(dict(losses), dict(validation))),
    )


def series(metrics: Sequence[Mapping[str, Any]], key: str) -> list[tuple[int, float]]:
    """(step, value) of each finite value of a metric; of a step logged twice, the later one."""
    found = {
        int(entry["step"]): float(entry[key])
        for entry in metrics
        if "step" in entry and is_number(entry.get(key))
    }
    return sorted(found.items())


def _plot(curves: list[Curve], word: Wording) -> Markup:
    points = [point for curve in curves for point in curve.points]
    steps = round_ticks(0, max(step for step, _ in points), about=8)
    values = round_ticks(0, max(value for _, value in points))
    spoken = "; ".join(
        f"{curve.name}: {decimal(curve.points[0][1])} → {decimal(curve.points[-1][1])}"
        for curve in curves
    )
    return curve_plot(
        spoken,
        curves,
        Ticks(word("training.step"), [(step, f"{step:g}") for step in steps]),
        Ticks(word("training.loss"), [(value, f"{value:g}") for value in values]),
    )


def _rows(losses: dict[int, float], validation: dict[int, float]) -> list[tuple[str, ...]]:
    # Every n-th step keeps a long run's table readable; validations are few and all stay.
    stride = -(-len(losses) // _MOST_ROWS) or 1
    shown = sorted({*list(losses)[::stride], *list(losses)[-1:], *validation})
    return [
        (str(step), decimal(losses.get(step), 4), decimal(validation.get(step), 4))
        for step in shown
    ]
