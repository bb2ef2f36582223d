"""Whether the role holds every time that the same thing is asked, in the same words or others."""

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
    """pass^k over k of drawn answers, an arm a curve."""
    return _power_view("consistency", figures, tones, word)


def paraphrases_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """pass^k over k of wordings, an arm a curve."""
    return _power_view("paraphrases", figures, tones, word)


def _power_view(suite: str, figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    first = next(iter(figures.values()))
    most = max(first["pass_power"], key=int)
    together = {arm: of_arm["pass_power"][most] for arm, of_arm in figures.items()}
    return SuiteView(
        anchor=f"suite-{suite}",
        name=word.name("suites", suite),
        heading=word(f"{suite}.heading"),
        lead=word(f"{suite}.lead", prompts=first["prompts"], times=first["times"]),
        figures=(_curve_figure(suite, figures, tones, word),),
        tile=share_tile(word(f"{suite}.tile", k=most), together, word),
    )


def _curve_figure(suite: str, figures: Json, tones: Mapping[str, str], word: Wording) -> Figure:
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
    names = (word(f"{suite}.k"), word("suite.share"))
    plot = curve_plot(
        f"{word(f'{suite}.title')}: {spoken}",
        curves,
        Ticks(names[0], [(k, str(k)) for k in range(1, max(most, 2) + 1)]),
        percent_ticks(names[1]),
    )
    return Figure(
        anchor=f"figure-{suite}",
        title=word(f"{suite}.title"),
        caption=word(f"{suite}.caption"),
        charts=single_chart(plot),
        columns=(word("adherence.arm"), *names, word("adherence.interval")),
        rows=tuple(rows),
    )
