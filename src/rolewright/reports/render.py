"""The report of a role: whether it took hold, and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolewright.reports.adherence import (
    difference_figure,
    overall_figure,
    rule_rows,
    rules_figure,
    tone,
)
from rolewright.reports.calibration import confidence_view
from rolewright.reports.page import render_page
from rolewright.reports.training_curve import training_figure
from rolewright.reports.transcripts import group_transcripts, named_systems
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
        calibration: ``calibration.json`` of schema rolewright.calibration/1, or None.
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
    return render_page(
        "report.html.j2",
        word,
        inputs=inputs,
        training=training_figure(inputs.training, word),
        confidence=inputs.calibration and confidence_view(inputs.calibration, word),
        **_evaluation_parts(inputs, word),
    )


def _evaluation_parts(inputs: ReportInputs, word: Wording) -> dict[str, Any]:
    evaluation = inputs.evaluation
    arms = evaluation["arms"] if evaluation else {}
    paired = evaluation.get("paired") if evaluation else None
    transcripts = group_transcripts(inputs.samples, list(arms))
    columns = [column.arm for transcript in transcripts for column in transcript.columns]
    named = list(dict.fromkeys([*arms, *columns]))
    failed = (
        verdict["rule"]
        for sample in inputs.samples
        for verdict in sample["verdicts"]
        if not verdict["passed"]
    )
    return {
        "arms": arms,
        "tones": {arm: tone(arm, index) for index, arm in enumerate(named)},
        "systems": named_systems(arms, inputs.system),
        "overall": evaluation and overall_figure(evaluation, word),
        "rules": evaluation and rules_figure(evaluation, word),
        "rule_rows": rule_rows(evaluation) if evaluation else [],
        "paired": paired,
        "difference": paired and difference_figure(paired, word),
        "transcripts": transcripts,
        "scenarios": sorted({t.scenario for t in transcripts if t.scenario}),
        "failed_rules": sorted(set(failed)),
    }
