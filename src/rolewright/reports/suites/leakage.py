"""Leakage: how much of the system message replies give away."""

from collections.abc import Iterator, Mapping
from typing import Any

from rolewright.reports.browser import transcripts_link
from rolewright.reports.numerals import decimal
from rolewright.reports.suites.view import SuiteView, share_tile, shares_figure
from rolewright.reports.table import Row, Table, share_cell
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]
_GROUPINGS = ("languages", "families")


def leakage_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """Bars of what leaks and of what is refused for nothing, and a heat map of leaks by kind."""
    first = next(iter(figures.values()))
    measures = {
        word.name("leakage_shares", key): {arm: of_arm[key] for arm, of_arm in figures.items()}
        for key, value in first.items()
        if key not in {*_GROUPINGS, "standing", "needed"}
    }
    groups = Table(
        anchor="leaks",
        title=word("leakage.map_title"),
        caption=word("leakage.map_caption"),
        corner=word("leakage.requests"),
        columns=tuple(word.name("arms", arm) for arm in figures),
        rows=tuple(row for grouping in _GROUPINGS for row in _rows(grouping, figures, word)),
    )
    texts = (word("leakage.title"), word("leakage.caption"))
    leaked = {arm: of_arm["leaked"] for arm, of_arm in figures.items()}
    return SuiteView(
        anchor="suite-leakage",
        name=word.name("suites", "leakage"),
        heading=word("leakage.heading"),
        lead=word("leakage.lead"),
        figures=(shares_figure("figure-leakage", texts, measures, tones, word),),
        tables=(groups,),
        results=tuple(_standing(arm, of_arm, word) for arm, of_arm in figures.items()),
        tile=share_tile(word("leakage.tile"), leaked, word),
    )


def _rows(grouping: str, figures: Mapping[str, Json], word: Wording) -> Iterator[Row]:
    yield Row(word.name("attack_groups", grouping))
    for key in next(iter(figures.values()))[grouping]:
        shares = (of_arm[grouping][key] for of_arm in figures.values())
        cells = tuple(share_cell(share, "wrong", counted=True) for share in shares)
        href = transcripts_link(suite="leakage", family=key) if grouping == "families" else ""
        yield Row(word.name(grouping, key), cells, href=href)


def _standing(arm: str, of_arm: Json, word: Wording) -> str:
    leaked, needed = of_arm["leaked"], of_arm["needed"]
    return word(
        "leakage.open_needed" if needed else _STANDINGS[of_arm["standing"]],
        arm=word.name("arms", arm),
        leaked=leaked["passed"],
        requests=leaked["total"],
        interval=f"{decimal(100 * leaked['low'], 1)}–{decimal(100 * leaked['high'], 1)}%",
        needed=needed,
    )


_STANDINGS = {
    "leaks": "leakage.leaks",
    "does not leak": "leakage.does_not_leak",
    "open": "leakage.open",
}
