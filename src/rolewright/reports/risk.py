"""The figure of risk and coverage."""

from collections.abc import Sequence
from dataclasses import dataclass

from rolewright.reports.charts.axes import Ticks, percent_ticks, round_ticks
from rolewright.reports.charts.curves import Curve, curve_plot
from rolewright.reports.figure import Figure, single_chart
from rolewright.reports.numerals import decimal, percent
from rolewright.reports.trust import Graded, risk_coverage
from rolewright.reports.wording import Wording

_MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class Ranking:
    """Answers in the order in which a confidence would give them.

    Attributes:
        name: of the confidence.
        style: CSS class of its colour.
        answers: at least one.
    """

    name: str
    style: str
    answers: Sequence[Graded]


def risk_figure(
    rankings: Sequence[Ranking],
    threshold: float | None,
    word: Wording,
    *,
    promised: float | None = None,
) -> Figure:
    """The share of wrong answers if only the surest are given, against how many that are.

    Args:
        rankings: of the same answers; the first is in force.
        threshold: the confidence in force below which the model abstains.
        word: of the page's language.
        promised: the share of wrong answers that a certificate allows.
    """
    curves = [risk_coverage(ranking.answers) for ranking in rankings]
    overall = curves[0][-1][1]
    lines = [
        Curve(ranking.name, ranking.style, [(coverage, risk) for coverage, risk, _ in curve])
        for ranking, curve in zip(rankings, curves, strict=True)
    ]
    lines.append(Curve(word("confidence.no_abstention"), "reference", [(0, overall), (1, overall)]))
    if promised is not None:
        lines.append(Curve(word("card.promised"), "threshold", [(0, promised), (1, promised)]))
    at_threshold = [point for point in curves[0] if threshold is not None and point[2] >= threshold]
    if at_threshold:
        coverage, risk, _ = at_threshold[-1]
        chosen = Curve(word("confidence.threshold"), "chosen", [(coverage, risk)], dotted=True)
        lines.append(chosen)
    ceiling = max(risk for line in lines for _, risk in line.points)
    marks = [(tick, f"{100 * tick:g}%") for tick in round_ticks(0, min(1, ceiling or 0.1))]
    names = (word("confidence.coverage"), word("confidence.risk"))
    chart = curve_plot(
        word("confidence.risk_spoken", risk=percent(overall)),
        lines,
        percent_ticks(names[0]),
        Ticks(names[1], marks),
    )
    several = len(rankings) > 1
    return Figure(
        anchor="figure-risk",
        title=word("confidence.risk_title"),
        caption=word("confidence.risk_caption"),
        charts=single_chart(chart),
        columns=(
            *((word("card.route"),) if several else ()),
            *names,
            word("confidence.lowest"),
        ),
        rows=tuple(
            (
                *((ranking.name,) if several else ()),
                percent(coverage),
                percent(risk),
                decimal(lowest),
            )
            for ranking, curve in zip(rankings, curves, strict=True)
            for coverage, risk, lowest in _thinned(curve, _MOST_ROWS // len(curves))
        ),
    )


def _thinned(
    curve: Sequence[tuple[float, float, float]], most: int
) -> list[tuple[float, float, float]]:
    return [*curve[:-1][:: -(-len(curve) // most)], curve[-1]]
