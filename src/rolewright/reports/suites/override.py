"""Override: which attacks break the role, and what the role does to their benign twins."""

from collections.abc import Mapping
from typing import Any

from rolewright.reports.browser import transcripts_link
from rolewright.reports.numerals import points
from rolewright.reports.suites.view import SuiteView, share_tile, shares_figure
from rolewright.reports.table import EMPTY, Row, Table, share_cell
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]

_MEASURES = {
    "success": ("override.success", "wrong"),
    "role_kept_under_attack": ("override.kept_under_attack", "right"),
    "role_kept_by_twins": ("override.kept_by_twins", "right"),
    "twins_refused": ("override.twins_refused", "wrong"),
}


def override_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """Bars over all attacks, and a heat map by strength and family."""
    overall = {
        word(label): {arm: of_arm["all"][key] for arm, of_arm in figures.items()}
        for key, (label, _) in _MEASURES.items()
    }
    return SuiteView(
        anchor="suite-override",
        name=word.name("suites", "override"),
        heading=word("override.heading"),
        lead=word("override.lead"),
        figures=(
            shares_figure(
                "figure-attacks",
                (word("override.title"), word("override.caption")),
                overall,
                tones,
                word,
            ),
        ),
        tables=(_heat_map(figures, word),),
        results=(
            *(_cost(arm, of_arm["all"]["cost"], word) for arm, of_arm in figures.items()),
            *(_tokens(arm, of_arm["control_tokens"], word) for arm, of_arm in figures.items()),
        ),
        tile=share_tile(word("override.tile"), overall[word("override.success")], word),
    )


def _tokens(arm: str, found: Json | None, word: Wording) -> str:
    """Whether prompts that spell control tokens out were given any."""
    name = word.name("arms", arm)
    if found is None:
        return word("override.tokens_unchecked", arm=name)
    return word("override.tokens", arm=name, injected=found["injected"], prompts=found["prompts"])


def _cost(arm: str, cost: Json, word: Wording) -> str:
    """The role under attack less the role with the twin: a cost is a loss."""
    return word(
        "override.cost",
        arm=word.name("arms", arm),
        difference=points(-cost["difference"]),
        low=points(-cost["high"]),
        high=points(-cost["low"]),
    )


def _heat_map(figures: Json, word: Wording) -> Table:
    """All attacks, then those of each group: by strength, by family, and by what else there is."""
    first = next(iter(figures.values()))
    rows = [_row(word("override.all"), {arm: each["all"] for arm, each in figures.items()}, word)]
    for grouping in sorted(first.keys() - {"all", "control_tokens"}, key=_order):
        rows.append(Row(word.name("attack_groups", grouping)))
        for key in first[grouping]:
            of_arms = {arm: each[grouping].get(key) for arm, each in figures.items()}
            name = word.name(grouping, key)
            rows.append(_row(name, of_arms, word, family=key if grouping == "families" else ""))
    return Table(
        anchor="heat-map",
        title=word("override.map_title"),
        caption=word("override.map_caption"),
        corner=word("override.attacks"),
        columns=tuple(word.name("arms", arm) for _ in _MEASURES for arm in figures),
        rows=tuple(rows),
        groups=tuple(word(label) for label, _ in _MEASURES.values()),
    )


def _order(grouping: str) -> tuple[int, str]:
    return {"strengths": 0, "families": 2}.get(grouping, 1), grouping


def _row(name: str, of_arms: Mapping[str, Json | None], word: Wording, family: str = "") -> Row:
    cells = tuple(
        EMPTY if figures is None else share_cell(figures[key], tone)
        for key, (_, tone) in _MEASURES.items()
        for figures in of_arms.values()
    )
    counts = [figures["attacks"] for figures in of_arms.values() if figures is not None]
    href = transcripts_link(suite="override", family=family) if family else ""
    return Row(name, cells, word("adherence.prompts", count=max(counts)), href)
