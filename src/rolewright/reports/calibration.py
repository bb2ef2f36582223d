"""The confidence section: figures and tables of a calibration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolewright.reports.charts.histogram import mirrored_histogram
from rolewright.reports.charts.reliability import reliability_diagram
from rolewright.reports.figure import Figure, single_chart
from rolewright.reports.numerals import decimal, is_number, percent, percent_interval
from rolewright.reports.risk import Ranking, risk_figure
from rolewright.reports.trust import Graded, equal_mass_bins, overconfident, slice_counts
from rolewright.reports.wording import Wording


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
class Mistake:
    """A wrong answer that was trusted.

    Attributes:
        answer: with ``question``, ``answer``, ``expected`` and ``confidence``.
        others: what stands in the columns behind them, in words.
    """

    answer: Mapping[str, Any]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfidenceView:
    """What the confidence section shows."""

    calibration: Mapping[str, Any]
    figures: tuple[Figure, ...]
    scores: tuple[ScoreRow, ...]
    overconfident: tuple[Mistake, ...]


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
            risk_figure([Ranking(word("confidence.risk"), "risk", answers)], threshold, word),
            histogram_figure(answers, threshold, word),
        )
        if answers
        else ()
    )
    mistakes = tuple(
        Mistake(answer, (decimal(answer["scores"].get(calibration["score"])),))
        for answer in overconfident(graded)
    )
    return ConfidenceView(calibration, figures, tuple(score_rows(calibration, word)), mistakes)


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
