"""The report of the dataset check: what was found, and what the data look like."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rolewright.finding import CODES, Finding, Severity
from rolewright.reports.data_balance import balance_figures
from rolewright.reports.data_map import map_figure
from rolewright.reports.numerals import decimal, is_number, percent
from rolewright.reports.page import render_page
from rolewright.reports.wording import Language, Wording, load_wording

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class CheckInputs:
    """What the report is made from.

    Attributes:
        role: the role's name.
        files: of training data.
        created: when, as ISO 8601.
        conversations: how many could be read.
        findings: in the order in which they were found.
        figures: of the checks, by their names; with the check of the dataset ``input_map``.
    """

    role: str
    files: Sequence[str]
    created: str
    conversations: int
    findings: Sequence[Finding]
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """A line of the table of diversity: its name, how to read it, of inputs and of answers."""

    name: str
    note: str
    inputs: str
    answers: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule and the training answers, in words; ``broken`` of them break it."""

    id: str
    kept: str
    count: str
    broken: int


def render_dataset_check(inputs: CheckInputs, language: Language) -> str:
    """Render the report as one HTML file."""
    word = load_wording(language)
    counts = Counter(finding.severity for finding in inputs.findings)
    found = sorted({finding.code for finding in inputs.findings})
    ranked = sorted(inputs.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return render_page(
        "dataset_check.html.j2",
        word,
        inputs=inputs,
        counts={severity: counts[severity] for severity in SEVERITIES},
        standing=_standing(counts),
        evenness=decimal(inputs.figures["coverage"]["evenness"], 2),
        findings=ranked,
        meanings=[(code, CODES[code][0], word.name("codes", code)) for code in found],
        rules=_rule_rows(inputs.figures["compliance"]["rules"]),
        measures=_measures(inputs.figures["diversity"], word),
        figures=balance_figures(inputs.figures, word),
        input_map=map_figure(inputs.figures["input_map"], word),
    )


def _standing(counts: Mapping[Severity, int]) -> str:
    return "errors" if counts["error"] else "warnings" if counts["warning"] else "clean"


def _rule_rows(rules: Sequence[Mapping[str, Any]]) -> list[RuleRow]:
    """The rules, those that are broken most first."""
    rows = [
        RuleRow(
            id=rule["rule"],
            kept=percent(rule["kept"] / rule["of"] if rule["of"] else None),
            count=f"{rule['kept']}/{rule['of']}",
            broken=rule["of"] - rule["kept"],
        )
        for rule in rules
    ]
    return sorted(rows, key=lambda row: -row.broken)


def _measures(diversity: Mapping[str, Any], word: Wording) -> list[Measure]:
    """The measures of the inputs beside those of the answers."""
    inputs, answers = diversity["inputs"], diversity["answers"]
    return [
        Measure(
            word.name("diversity", key),
            word.name("diversity_notes", key),
            _number(key, inputs.get(key)),
            _number(key, answers.get(key)),
        )
        for key in dict.fromkeys([*inputs, *answers])
    ]


def _number(key: str, value: float | None) -> str:
    if key == "self_repetition":
        return percent(value)
    if is_number(value) and isinstance(value, int):
        return str(value)
    return decimal(value, 1 if key == "vendi" else 2)
