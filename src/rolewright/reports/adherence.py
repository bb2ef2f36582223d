"""What an evaluation says of the rules: figures and the table of rules by arm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rolewright.reports.arms import spoken_bars, tone
from rolewright.reports.charts.bars import Bar, rate_bars
from rolewright.reports.difference import Comparison, paired_figure
from rolewright.reports.figure import Chart, Figure, single_chart
from rolewright.reports.numerals import p_value, percent, percent_interval, points
from rolewright.reports.wording import Wording


@dataclass(frozen=True, slots=True)
class Cell:
    """A rule in one arm.

    Attributes:
        arm: its key in the evaluation.
        rate: share of answers that keep the rule, in words.
        interval: its 95% interval, in words.
        count: kept of checked, in words.
        failed: answers that break the rule.
        measured: whether the rule applied to any answer.
    """

    arm: str
    rate: str
    interval: str
    count: str
    failed: int
    measured: bool


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A line of the rule table.

    Attributes:
        id: of the rule.
        check: its verifier.
        cells: None where an arm did not check the rule.
        change: what training added, in points; empty where nothing was compared.
        certainty: Holm's p and what follows from it, in words.
    """

    id: str
    check: str
    cells: tuple[Cell | None, ...]
    change: str = ""
    certainty: str = ""


def overall_figure(evaluation: Mapping[str, Any], word: Wording) -> Figure:
    """Share of prompts with every rule kept, and share of rule checks kept, by arm."""
    bars, rows = [], []
    for index, (name, arm) in enumerate(evaluation["arms"].items()):
        label, rate, prompts = word.name("arms", name), percent(arm["isr"]), arm["prompts"]
        low, high = arm["isr_low"], arm["isr_high"]
        count = word("adherence.prompts", count=prompts)
        bars.append(Bar(label, tone(name, index), arm["isr"], low, high, rate, count))
        rows.append((label, rate, percent_interval(low, high), str(prompts), percent(arm["csr"])))
    heads = ("arm", "all_rules", "interval", "prompts_head", "checks_kept")
    return Figure(
        anchor="figure-all-rules",
        title=word("adherence.overall_title"),
        caption=word("adherence.overall_caption"),
        charts=single_chart(rate_bars(spoken_bars(word("adherence.overall_title"), bars), bars)),
        columns=tuple(word(f"adherence.{head}") for head in heads),
        rows=tuple(rows),
    )


def rules_figure(evaluation: Mapping[str, Any], word: Wording) -> Figure:
    """Share of answers that keep each rule, by arm: one small chart a rule."""
    charts, rows = [], []
    for row in rule_rows(evaluation, word):
        bars = [
            _rule_bar(evaluation["arms"][cell.arm], row.id, cell, index, word)
            for index, cell in enumerate(row.cells)
            if cell is not None
        ]
        charts.append(Chart(row.id, rate_bars(spoken_bars(row.id, bars), bars)))
        rows += [
            (row.id, word.name("arms", cell.arm), cell.rate, cell.interval, cell.count)
            for cell in row.cells
            if cell is not None
        ]
    heads = ("rule", "arm", "kept", "interval", "count")
    return Figure(
        anchor="figure-rules",
        title=word("adherence.rules_title"),
        caption=word("adherence.rules_caption"),
        charts=tuple(charts),
        columns=tuple(word(f"adherence.{head}") for head in heads),
        rows=tuple(rows),
    )


def _rule_bar(arm: Mapping[str, Any], rule_id: str, cell: Cell, index: int, word: Wording) -> Bar:
    rule = _rules(arm)[rule_id]
    label, colour = word.name("arms", cell.arm), tone(cell.arm, index)
    return Bar(label, colour, rule["rate"], rule["low"], rule["high"], cell.rate, cell.count)


def rule_rows(evaluation: Mapping[str, Any], word: Wording) -> list[RuleRow]:
    """The rule table: every rule of any arm, in the order of the role file."""
    arms = evaluation["arms"]
    checks = {rule["id"]: rule["check"] for arm in arms.values() for rule in arm["rules"]}
    changes = {each["id"]: each for each in (evaluation["paired"] or {"rules": ()})["rules"]}
    return [
        RuleRow(
            id_,
            check,
            tuple(_cell(name, arm, id_) for name, arm in arms.items()),
            *(_change(changes[id_], word) if id_ in changes else ()),
        )
        for id_, check in checks.items()
    ]


def _change(change: Mapping[str, Any], word: Wording) -> tuple[str, str]:
    said = word.name("changes", change["change"])
    return points(change["difference"]), f"{p_value(change['adjusted_p_value'])} · {said}"


def _cell(name: str, arm: Mapping[str, Any], rule_id: str) -> Cell | None:
    rule = _rules(arm).get(rule_id)
    if rule is None:
        return None
    return Cell(
        arm=name,
        rate=percent(rule["rate"]),
        interval=percent_interval(rule["low"], rule["high"]),
        count=f"{rule['passed']}/{rule['total']}",
        failed=rule["total"] - rule["passed"],
        measured=rule["total"] > 0,
    )


def _rules(arm: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {rule["id"]: rule for rule in arm["rules"]}


def difference_figure(paired: Mapping[str, Any], word: Wording) -> Figure:
    """The paired difference between two arms, with its interval."""
    compared = Comparison(paired["treatment"], paired["baseline"], paired)
    caption = word(
        "difference.caption",
        treatment=word.name("arms", compared.treatment),
        baseline=word.name("arms", compared.baseline),
    )
    texts = (word("difference.title"), caption)
    return paired_figure("figure-difference", texts, [compared], word)
