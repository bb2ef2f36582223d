"""Consistency: whether the role holds every time that the same prompt is asked."""

from collections.abc import Mapping
from typing import Any

from rolewright.reports.charts.axes import Ticks, percent_ticks
from rolewright.reports.charts.curves import Curve, curve_plot
from rolewright.reports.figure import Figure, single_chart
from rolewright.reports.numerals import percent, percent_interval
from rolewright.reports.suites.view import SuiteView, share_tile
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]


def consistency_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """pass^k over k, an arm a curve."""
    first = next(iter(figures.values()))
    most = max(first["pass_power"], key=int)
    together = {arm: of_arm["pass_power"][most] for arm, of_arm in figures.items()}
    return SuiteView(
        anchor="suite-consistency",
        name=word.name("suites", "consistency"),
        heading=word("consistency.heading"),
        lead=word("consistency.lead", prompts=first["prompts"], times=first["times"]),
        figures=(_curve_figure(figures, tones, word),),
        tile=share_tile(word("consistency.tile", k=most), together, word),
    )


def _curve_figure(figures: Json, tones: Mapping[str, str], word: Wording) -> Figure:
    curves, rows = [], []
    for arm, of_arm in figures.items():
        powers = sorted((int(k), share) for k, share in of_arm["pass_power"].items())
        name = word.name("arms", arm)
        curves.append(
            Curve(
                name,
                tones[arm],
                [(k, share["rate"]) for k, share in powers],
                dotted=True,
                band=[(k, share["low"], share["high"]) for k, share in powers],
            )
        )
        rows += [
            (
                name,
                str(k),
                percent(share["rate"]),
                percent_interval(share["low"], share["high"]),
            )
            for k, share in powers
        ]
    most = max(int(k) for of_arm in figures.values() for k in of_arm["pass_power"])
    spoken = "; ".join(f"{name}, k = {k}: {rate}" for name, k, rate, _ in rows)
    names = (word("consistency.k"), word("suite.share"))
    plot = curve_plot(
        f"{word('consistency.title')}: {spoken}",
        curves,
        Ticks(names[0], [(k, str(k)) for k in range(1, max(most, 2) + 1)]),
        percent_ticks(names[1]),
    )
    return Figure(
        anchor="figure-consistency",
        title=word("consistency.title"),
        caption=word("consistency.caption"),
        charts=single_chart(plot),
        columns=(word("adherence.arm"), *names, word("adherence.interval")),
        rows=tuple(rows),
    )
