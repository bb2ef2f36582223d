"""The report of a role: whether it took hold, and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolewright.reports.adherence import (
    difference_figure,
    overall_figure,
    rule_rows,
    rules_figure,
)
from rolewright.reports.arms import tones_of
from rolewright.reports.browser import browser_data, choices, transcripts_link
from rolewright.reports.calibration import confidence_view
from rolewright.reports.judged import judged_view
from rolewright.reports.page import render_page
from rolewright.reports.suites.sections import (
    advice_sentences,
    left_out_sentences,
    objection_sentences,
    suite_views,
)
from rolewright.reports.thresholds import threshold_sentences
from rolewright.reports.training_curve import training_figure
from rolewright.reports.transcripts import named_systems, systems_of
from rolewright.reports.wording import Language, Wording, load_wording


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """What a report is made from.

    Attributes:
        role: the role's name.
        system: the role's system text; None = it has none.
        model: the bundle or model that was evaluated.
        created: when, as ISO 8601.
        evaluation: ``results.json`` of schema rolewright.eval/1, or None.
        samples: lines of the evaluation's ``log.jsonl``.
        training: lines of ``metrics.jsonl``; may be empty.
        calibration: ``calibration.json`` of schema rolewright.calibration/3, or None.
    """

    role: str
    system: str | None
    model: str
    created: str
    evaluation: Mapping[str, Any] | None
    samples: Sequence[Mapping[str, Any]]
    training: Sequence[Mapping[str, Any]]
    calibration: Mapping[str, Any] | None


def render_report(inputs: ReportInputs, language: Language) -> str:
    """Render a report; sections whose inputs are missing are left out."""
    word = load_wording(language)
    arms = inputs.evaluation["arms"] if inputs.evaluation else {}
    tones = tones_of([*arms, *(sample["arm"] for sample in inputs.samples)])
    systems = systems_of(inputs.samples, arms)
    return render_page(
        "report.html.j2",
        word,
        inputs=inputs,
        arms=arms,
        tones=tones,
        systems=named_systems(systems, inputs.system),
        training=training_figure(inputs.training, word),
        confidence=inputs.calibration and confidence_view(inputs.calibration, word),
        link=transcripts_link,
        choices=choices(inputs.samples, list(tones), word),
        transcripts=inputs.samples and browser_data(inputs.samples, tones, systems, word),
        **_evaluation_parts(inputs.evaluation, tones, word, language),
    )


def _evaluation_parts(
    evaluation: Mapping[str, Any] | None,
    tones: Mapping[str, str],
    word: Wording,
    language: Language,
) -> dict[str, Any]:
    """What the templates show of an evaluation; all of it empty where there is none."""
    if evaluation is None:
        return dict.fromkeys(
            ("paired", "overall", "rules", "judged", "difference")
        ) | dict.fromkeys(
            ("objections", "left_out", "thresholds", "advice", "rule_rows", "suites"), ()
        )
    paired = evaluation["paired"]
    return {
        "paired": paired,
        "objections": objection_sentences(evaluation, word, language),
        "left_out": left_out_sentences(evaluation, word),
        "thresholds": threshold_sentences(evaluation, word),
        "advice": advice_sentences(evaluation, word),
        "overall": overall_figure(evaluation, word),
        "rules": rules_figure(evaluation, word),
        "rule_rows": rule_rows(evaluation, word),
        "judged": judged_view(evaluation["judge"], word),
        "difference": paired and difference_figure(paired, word),
        "suites": suite_views(evaluation["suites"], tones, word),
    }
