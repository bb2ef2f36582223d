"""The report: one HTML file that needs nothing besides itself."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rolewright.reports import numerals
from rolewright.reports.adherence import (
    difference_figure,
    overall_figure,
    rule_rows,
    rules_figure,
    tone,
)
from rolewright.reports.calibration import confidence_view
from rolewright.reports.training_curve import training_figure
from rolewright.reports.transcripts import group_transcripts, named_systems
from rolewright.reports.wording import Language, Wording, load_wording

# Texts longer than this scroll in a box of their own; the data stay whole.
_LONG_CHARACTERS = 600


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
    script = _source("report.js")
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            word=word,
            inputs=inputs,
            style=Markup(_source("report.css")),
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            training=training_figure(inputs.training, word),
            confidence=inputs.calibration and confidence_view(inputs.calibration, word),
            **_evaluation_parts(inputs, word),
        )
    )
    # A lone surrogate, which JSON may carry, has no place in a UTF-8 file.
    return page.encode("utf-8", "replace").decode("utf-8")


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


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("rolewright.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": numerals.percent,
        "points": numerals.points,
        "decimal": numerals.decimal,
        "p_value": numerals.p_value,
    }
    environment.tests["long"] = lambda text: len(text) > _LONG_CHARACTERS
    return environment


def _source(name: str) -> str:
    return (resources.files("rolewright.reports") / "templates" / name).read_text("utf-8")
