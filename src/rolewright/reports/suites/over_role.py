"""Over-role: whether the role is played where nobody asked for it."""

from collections.abc import Mapping
from typing import Any

from rolewright.reports.difference import Comparison, paired_figure
from rolewright.reports.suites.view import SuiteView, share_tile, shares_figure
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]


def over_role_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """Bars of how often the rules are kept unasked, and what training added to that."""
    arms, title = figures["arms"], word("unasked.title")
    drawn = [
        shares_figure(
            "figure-unasked", (title, word("unasked.caption")), {title: arms}, tones, word
        )
    ]
    excess = [Comparison(arm, "base", estimate) for arm, estimate in figures["excess"].items()]
    if excess:
        drawn.append(
            paired_figure(
                "figure-excess",
                (word("unasked.excess_title"), word("unasked.excess_caption")),
                excess,
                word,
                side="unasked.more",
            )
        )
    return SuiteView(
        anchor="suite-over-role",
        name=word.name("suites", "over_role"),
        heading=word("unasked.heading"),
        lead=word("unasked.lead"),
        figures=tuple(drawn),
        tile=share_tile(
            word("unasked.tile"), arms, word, shown="tuned" if "tuned" in arms else None
        ),
    )
