"""What a judge says of the rules that no code can decide, and how far it can be believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rolewright.reports.numerals import decimal, percent, percent_interval
from rolewright.reports.table import EMPTY, Cell, Row, Table, share_cell
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JudgedView:
    """The judged rules.

    Attributes:
        table: a line a rule.
        sentences: about the judge.
    """

    table: Table
    sentences: tuple[str, ...]


def judged_view(figures: Json | None, word: Wording) -> JudgedView | None:
    """The judged rules by arm; None where the role has none.

    Args:
        figures: ``judge`` of the results.
        word: of the page's language.
    """
    if figures is None:
        return None
    rules = figures["rules"]
    arms = list(rules[0]["arms"])
    table = Table(
        anchor="judged",
        title=word("judged.title"),
        caption=word("judged.caption"),
        corner=word("adherence.rule"),
        columns=(
            *(word.name("arms", arm) for arm in arms),
            word("judged.kappa"),
            word("judged.state"),
        ),
        rows=tuple(
            Row(
                rule["id"],
                (
                    *(_share(rule["arms"][arm], word) for arm in arms),
                    _kappa(rule["agreement"], word),
                    Cell(word.name("judged_states", rule["state"])),
                ),
                rule["criterion"],
            )
            for rule in rules
        ),
    )
    return JudgedView(table, _of_judge(figures, word))


def _share(share: Json, word: Wording) -> Cell:
    cell = share_cell(share, counted=True)
    if not share["undecided"]:
        return cell
    undecided = word("judged.undecided", count=share["undecided"])
    return Cell(cell.text, " · ".join(filter(None, (cell.note, undecided))))


def _kappa(agreement: Json | None, word: Wording) -> Cell:
    if agreement is None:
        return EMPTY
    labels = word("judged.labels", count=agreement["labels"])
    if agreement["kappa"] is None:
        return Cell(word("judged.undefined"), labels)
    low, high = decimal(agreement["low"], 2), decimal(agreement["high"], 2)
    return Cell(decimal(agreement["kappa"], 2), f"{low} – {high} · {labels}")


def _of_judge(figures: Json, word: Wording) -> tuple[str, ...]:
    judge, order = figures["judge"], figures["order"]
    if judge is None:
        return (word("judged.nobody"),)
    return (
        word(
            "judged.judge",
            model=judge["reported_model"],
            right=judge["controls_right"],
            controls=judge["controls"],
        ),
        word(
            "judged.order",
            rate=percent(order["rate"]),
            interval=percent_interval(order["low"], order["high"]),
            unreadable=order["unreadable"],
        ),
    )
