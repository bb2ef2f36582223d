"""Leakage: how much of the system message replies give away."""

from collections.abc import Mapping
from typing import Any

from rolewright.reports.browser import transcripts_link
from rolewright.reports.suites.view import SuiteView, share_tile, shares_figure
from rolewright.reports.table import Row, Table, share_cell
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]


def leakage_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """Bars of what leaks and of what is refused for nothing, and a heat map of leaks by family."""
    first = next(iter(figures.values()))
    measures = {
        word.name("leakage_shares", key): {arm: of_arm[key] for arm, of_arm in figures.items()}
        for key, value in first.items()
        if key != "families"
    }
    families = Table(
        anchor="leaks",
        title=word("leakage.map_title"),
        caption=word("leakage.map_caption"),
        corner=word("leakage.requests"),
        columns=tuple(word.name("arms", arm) for arm in figures),
        rows=tuple(
            Row(
                word.name("families", family),
                tuple(
                    share_cell(of_arm["families"][family], "wrong", counted=True)
                    for of_arm in figures.values()
                ),
                href=transcripts_link(suite="leakage", family=family),
            )
            for family in first["families"]
        ),
    )
    texts = (word("leakage.title"), word("leakage.caption"))
    leaked = {arm: of_arm["leaked"] for arm, of_arm in figures.items()}
    return SuiteView(
        anchor="suite-leakage",
        name=word.name("suites", "leakage"),
        heading=word("leakage.heading"),
        lead=word("leakage.lead"),
        figures=(shares_figure("figure-leakage", texts, measures, tones, word),),
        tables=(families,),
        tile=share_tile(word("leakage.tile"), leaked, word),
    )
