"""General ability: what training cost on questions that the role has no part in."""

from collections.abc import Mapping
from typing import Any

from rolewright.reports.suites.margin import margin_view
from rolewright.reports.suites.view import SuiteView, shares_figure
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]


def general_ability_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """Bars of right answers, and the difference beside the margin."""
    arms, title = figures["arms"], word("ability.title")
    titles = (word("ability.tile"), word("verdict.tile_accuracy"))
    loss = margin_view("figure-ability-difference", figures, arms, titles, word)
    bars = shares_figure(
        "figure-ability", (title, word("ability.caption")), {title: arms}, tones, word
    )
    return SuiteView(
        anchor="suite-general-ability",
        name=word.name("suites", "general_ability"),
        heading=word("ability.heading"),
        lead=word("ability.lead"),
        figures=(bars, *loss.figures),
        results=loss.results,
        tile=loss.tile,
    )
