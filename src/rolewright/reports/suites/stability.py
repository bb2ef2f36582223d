"""Stability: how long conversations stay unbroken."""

from collections.abc import Mapping, Sequence
from typing import Any

from rolewright.reports.charts.axes import Ticks, percent_ticks, round_ticks
from rolewright.reports.charts.curves import Curve, curve_plot
from rolewright.reports.figure import Chart, Figure
from rolewright.reports.numerals import percent, percent_interval
from rolewright.reports.suites.view import SuiteView, share_tile
from rolewright.reports.table import Row, Table, share_cell
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]

_RATES = {"ssr": "stability.ssr", "isr": "stability.isr", "recovery": "stability.recovery"}


def stability_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """Curves by turn, and the rates over whole conversations."""
    lengths = sorted({turns for of_arm in figures.values() for turns in of_arm}, key=int)
    shortest = {arm: of_arm[lengths[0]]["ssr"] for arm, of_arm in figures.items()}
    survival = (word("stability.survival_title"), word("stability.survival_caption"))
    kept = (word("stability.kept_title"), word("stability.kept_caption"))
    return SuiteView(
        anchor="suite-stability",
        name=word.name("suites", "stability"),
        heading=word("stability.heading"),
        lead=word("stability.lead"),
        figures=(
            _turns_figure("survival", survival, figures, lengths, tones, word),
            _turns_figure("kept", kept, figures, lengths, tones, word),
        ),
        tables=(_rates_table(figures, lengths, word),),
        tile=share_tile(word("stability.tile", turns=lengths[0]), shortest, word),
    )


def _turns_figure(
    key: str,
    texts: tuple[str, str],
    figures: Json,
    lengths: Sequence[str],
    tones: Mapping[str, str],
    word: Wording,
) -> Figure:
    """A chart a length of conversations, a curve an arm."""
    charts, rows = [], []
    for turns in lengths:
        curves = []
        for arm, of_arm in figures.items():
            shares, name = of_arm[turns][key], word.name("arms", arm)
            curves.append(_curve(name, tones[arm], shares, unbroken=key == "survival"))
            rows += [
                (turns, name, str(turn), *_told(share)) for turn, share in enumerate(shares, 1)
            ]
        charts.append(_chart(word("stability.turns", turns=turns), int(turns), curves, word))
    return Figure(
        anchor=f"figure-{key}-by-turn",
        title=texts[0],
        caption=texts[1],
        charts=tuple(charts),
        columns=(
            word("stability.length"),
            word("adherence.arm"),
            word("stability.turn"),
            word("suite.share"),
            word("adherence.interval"),
        ),
        rows=tuple(rows),
    )


def _told(share: Json) -> tuple[str, str]:
    return percent(share["rate"]), percent_interval(share["low"], share["high"])


def _curve(name: str, tone: str, shares: Sequence[Json], *, unbroken: bool) -> Curve:
    known = [(turn, s["rate"], s["low"], s["high"]) for turn, s in enumerate(shares, 1)]
    if unbroken:  # before the first turn, every conversation is
        known = [(0, 1.0, 1.0, 1.0), *known]
    return Curve(
        name,
        tone,
        [(turn, rate) for turn, rate, _, _ in known],
        band=[(turn, low, high) for turn, _, low, high in known],
    )


def _chart(heading: str, turns: int, curves: Sequence[Curve], word: Wording) -> Chart:
    ends = "; ".join(f"{curve.name} {percent(curve.points[-1][1])}" for curve in curves)
    plot = curve_plot(
        word("stability.spoken", turns=turns, ends=ends),
        curves,
        Ticks(word("stability.turn"), [(tick, f"{tick:g}") for tick in round_ticks(0, turns)]),
        percent_ticks(word("suite.share")),
    )
    return Chart(heading, plot)


def _rates_table(figures: Json, lengths: Sequence[str], word: Wording) -> Table:
    rows: list[Row] = []
    for turns in lengths:
        of_arms = [of_arm[turns] for of_arm in figures.values()]
        sessions = word("stability.sessions", count=of_arms[0]["sessions"])
        rows.append(Row(word("stability.turns", turns=turns), note=sessions))
        rows += [
            Row(word(label), tuple(share_cell(of_arm[key]) for of_arm in of_arms))
            for key, label in _RATES.items()
        ]
    return Table(
        anchor="stability-rates",
        title=word("stability.table_title"),
        caption=word("stability.table_caption"),
        corner=word("suite.measure"),
        columns=tuple(word.name("arms", arm) for arm in figures),
        rows=tuple(rows),
    )
