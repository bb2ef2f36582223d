"""The figure of paired differences between arms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolewright.reports.charts.difference import difference_line
from rolewright.reports.figure import Chart, Figure
from rolewright.reports.numerals import points
from rolewright.reports.wording import Wording


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two arms on the same prompts.

    Attributes:
        treatment, baseline: the arms' keys.
        estimate: ``difference``, ``low``, ``high``, ``p_value`` and ``pairs``.
        measure: what they are compared in, in words, where a figure has several.
    """

    treatment: str
    baseline: str
    estimate: Mapping[str, Any]
    measure: str = ""


def paired_figure(
    anchor: str,
    texts: tuple[str, str],
    comparisons: Sequence[Comparison],
    word: Wording,
    *,
    side: str = "difference.better",
    margin: float | None = None,
) -> Figure:
    """Each difference on a line, with its interval.

    Args:
        anchor: of the figure.
        texts: its title and caption.
        comparisons: at least one.
        word: of the page's language.
        side: the word for what it means that a difference favours an arm.
        margin: a loss up to which the treatment counts as no worse, drawn on a scale that shows it;
            None = none is drawn, and the scale is that of all possible differences.
    """
    several = len(comparisons) > 1
    measured = any(each.measure for each in comparisons)
    heads = ("treatment", "baseline", "points", "interval", "p_value", "pairs")
    return Figure(
        anchor=anchor,
        title=texts[0],
        caption=texts[1],
        charts=tuple(_chart(each, several, side, margin, word) for each in comparisons),
        columns=(
            *((word("suite.measure"),) if measured else ()),
            *(word(f"difference.{head}") for head in heads),
        ),
        rows=tuple(_row(each, word) for each in comparisons),
    )


def _chart(
    compared: Comparison, headed: bool, side: str, margin: float | None, word: Wording
) -> Chart:
    estimate = compared.estimate
    treatment = word.name("arms", compared.treatment)
    sides = tuple(
        word(side, arm=word.name("arms", arm)) for arm in (compared.baseline, compared.treatment)
    )
    difference = points(estimate["difference"])
    heading = compared.measure or (treatment if headed else "")
    spoken = word("difference.spoken", difference=difference, **_interval(estimate))
    line = difference_line(
        f"{heading}: {spoken}" if heading else spoken,
        (estimate["difference"], estimate["low"], estimate["high"]),
        difference,
        (sides[0], sides[1]),
        margin=None if margin is None else (margin, word("difference.margin")),
    )
    return Chart(heading, line)


def _row(compared: Comparison, word: Wording) -> tuple[str, ...]:
    estimate = compared.estimate
    return (
        *((compared.measure,) if compared.measure else ()),
        word.name("arms", compared.treatment),
        word.name("arms", compared.baseline),
        points(estimate["difference"]),
        "{low} – {high}".format(**_interval(estimate)),
        f"{estimate['p_value']:.2g}",
        str(estimate["pairs"]),
    )


def _interval(estimate: Mapping[str, Any]) -> dict[str, str]:
    return {"low": points(estimate["low"]), "high": points(estimate["high"])}
