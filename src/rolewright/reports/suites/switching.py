"""Switching: whether other roles are played, and the role's own left when another one is given."""

from collections.abc import Mapping
from typing import Any

from rolewright.reports.difference import Comparison, paired_figure
from rolewright.reports.suites.view import Shares, SuiteView, share_tile, shares_figure
from rolewright.reports.table import Row, Table, share_cell
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]

_MEASURES = {
    "unseen": "switching.unseen",
    "after_switch": "switching.after_switch",
    "carry_over": "switching.carry_over",
}


def switching_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """Bars of whose rules are kept, what training changed, and both by role and by rule."""
    arms = figures["arms"]
    measures = {
        word(label): {arm: of_arm[key] for arm, of_arm in arms.items()}
        for key, label in _MEASURES.items()
    }
    texts = (word("switching.title"), word("switching.caption"))
    drawn = [shares_figure("figure-switching", texts, measures, tones, word)]
    compared = [
        Comparison("tuned+role", "base+role", figures["differences"][key], word(label))
        for key, label in _MEASURES.items()
        if figures["differences"][key] is not None
    ]
    if compared:
        changes = (word("switching.change_title"), word("switching.change_caption"))
        drawn.append(
            paired_figure(
                "figure-switching-difference", changes, compared, word, side="unasked.more"
            )
        )
    roles = ("other-roles", word("switching.roles_title"), word("switching.roles_caption"))
    rules = ("carried-rules", word("switching.rules_title"), word("switching.rules_caption"))
    return SuiteView(
        anchor="suite-switching",
        name=word.name("suites", "switching"),
        heading=word("switching.heading"),
        lead=word("switching.lead"),
        figures=tuple(drawn),
        tables=(
            _table(roles, word("switching.role"), figures["roles"], "right", list(arms), word),
            _table(rules, word("adherence.rule"), figures["carried_rules"], "", list(arms), word),
        ),
        tile=share_tile(word("switching.tile"), measures[word("switching.after_switch")], word),
    )


def _table(
    texts: tuple[str, str, str],
    corner: str,
    rows: Mapping[str, Shares],
    tone: str,
    arms: list[str],
    word: Wording,
) -> Table:
    """A line a role or rule; ``texts`` are anchor, title and caption."""
    return Table(
        anchor=texts[0],
        title=texts[1],
        caption=texts[2],
        corner=corner,
        columns=tuple(word.name("arms", arm) for arm in arms),
        rows=tuple(
            Row(name, tuple(share_cell(of_arms[arm], tone, counted=True) for arm in arms))
            for name, of_arms in rows.items()
        ),
    )
