"""The confidence section: figures and tables of a calibration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolewright.reports.charts.axes import Ticks, percent_ticks, round_ticks
from rolewright.reports.charts.curves import Curve, curve_plot
from rolewright.reports.charts.histogram import mirrored_histogram
from rolewright.reports.charts.reliability import reliability_diagram
from rolewright.reports.figure import Figure, single_chart
from rolewright.reports.numerals import decimal, is_number, percent, percent_interval
from rolewright.reports.trust import (
    Graded,
    equal_mass_bins,
    overconfident,
    risk_coverage,
    slice_counts,
)
from rolewright.reports.wording import Wording

_MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A line of the comparison of scores.

    Attributes:
        score: its name.
        method: of the calibration map, in words.
        measures: AUROC, Brier score and calibration error, in words.
        used: whether this is the calibration that the bundle carries.
    """

    score: str
    method: str
    measures: tuple[str, str, str]
    used: bool


@dataclass(frozen=True, slots=True)
class ConfidenceView:
    """What the confidence section shows."""

    calibration: Mapping[str, Any]
    figures: tuple[Figure, ...]
    scores: tuple[ScoreRow, ...]
    overconfident: tuple[Mapping[str, Any], ...]


def confidence_view(calibration: Mapping[str, Any], word: Wording) -> ConfidenceView:
    """Draw and tabulate a calibration; without graded answers only its measures remain."""
    graded = calibration.get("graded") or []
    answers = [
        Graded(float(answer["confidence"]), bool(answer["correct"]))
        for answer in graded
        if is_number(answer["confidence"])
    ]
    threshold = calibration.get("abstain_below")
    figures = (
        (
            reliability_figure(answers, word),
            risk_figure(answers, threshold, word),
            histogram_figure(answers, threshold, word),
        )
        if answers
        else ()
    )
    return ConfidenceView(
        calibration, figures, tuple(score_rows(calibration, word)), tuple(overconfident(graded))
    )


def reliability_figure(answers: Sequence[Graded], word: Wording) -> Figure:
    """Confidence against accuracy; at least ten answers a bin where there are that many."""
    bins = equal_mass_bins(answers, max(1, min(10, len(answers) // 10)))
    names = (word("confidence.mean_confidence"), word("confidence.accuracy"))
    rows = tuple(
        (
            percent(bin_.confidence),
            percent(bin_.accuracy),
            percent_interval(bin_.low, bin_.high),
            str(bin_.count),
        )
        for bin_ in bins
    )
    spoken = "; ".join(f"{row[0]} → {row[1]}" for row in rows)
    diagram = reliability_diagram(
        f"{word('confidence.reliability_title')}: {spoken}",
        bins,
        (*names, word("confidence.diagonal")),
    )
    return Figure(
        anchor="figure-reliability",
        title=word("confidence.reliability_title"),
        caption=word("confidence.reliability_caption", bins=len(bins), count=len(answers)),
        charts=single_chart(diagram),
        columns=(*names, word("confidence.interval"), word("confidence.answers")),
        rows=rows,
    )


def risk_figure(answers: Sequence[Graded], threshold: float | None, word: Wording) -> Figure:
    """The share of wrong answers if only the surest are given, against how many that are."""
    curve = risk_coverage(answers)
    overall = curve[-1][1]
    lines = [
        Curve(word("confidence.risk"), "risk", [(coverage, risk) for coverage, risk, _ in curve]),
        Curve(word("confidence.no_abstention"), "reference", [(0, overall), (1, overall)]),
    ]
    at_threshold = [point for point in curve if threshold is not None and point[2] >= threshold]
    if at_threshold:
        coverage, risk, _ = at_threshold[-1]
        chosen = Curve(word("confidence.threshold"), "chosen", [(coverage, risk)], dotted=True)
        lines.append(chosen)
    ceiling = max(risk for _, risk, _ in curve)
    marks = [(tick, f"{100 * tick:g}%") for tick in round_ticks(0, min(1, ceiling or 0.1))]
    stride = -(-len(curve) // _MOST_ROWS)
    names = (word("confidence.coverage"), word("confidence.risk"))
    return Figure(
        anchor="figure-risk",
        title=word("confidence.risk_title"),
        caption=word("confidence.risk_caption"),
        charts=single_chart(
            curve_plot(
                word("confidence.risk_spoken", risk=percent(overall)),
                lines,
                percent_ticks(names[0]),
                Ticks(names[1], marks),
            )
        ),
        columns=(*names, word("confidence.lowest")),
        rows=tuple(
            (percent(coverage), percent(risk), decimal(lowest))
            for coverage, risk, lowest in [*curve[:-1][::stride], curve[-1]]
        ),
    )


def histogram_figure(answers: Sequence[Graded], threshold: float | None, word: Wording) -> Figure:
    """How the confidence of right and of wrong answers spreads."""
    right, wrong = slice_counts(answers)
    names = (word("confidence.right"), word("confidence.wrong"), word("confidence.axis"))
    mark = None if threshold is None else (threshold, word("confidence.threshold"))
    slices = len(right)
    return Figure(
        anchor="figure-histogram",
        title=word("confidence.histogram_title"),
        caption=word("confidence.histogram_caption"),
        charts=single_chart(
            mirrored_histogram(word("confidence.histogram_title"), (right, wrong), names, mark)
        ),
        columns=(names[2], names[0], names[1]),
        rows=tuple(
            (f"{100 * i // slices}–{100 * (i + 1) // slices}%", str(right[i]), str(wrong[i]))
            for i in range(slices)
        ),
    )


def score_rows(calibration: Mapping[str, Any], word: Wording) -> list[ScoreRow]:
    """The comparison of scores, in the order in which the calibration lists them."""
    return [
        ScoreRow(
            score=row["score"],
            method=word.name("methods", row["method"]),
            measures=(decimal(row["auroc"]), decimal(row["brier"]), decimal(row["ece"])),
            used=(row["score"], row["method"]) == (calibration["score"], calibration["method"]),
        )
        for row in calibration.get("comparison") or []
    ]
