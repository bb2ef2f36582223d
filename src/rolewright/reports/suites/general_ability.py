"""General ability: what training cost on questions that the role has no part in."""

from collections.abc import Mapping
from typing import Any

from rolewright.reports.difference import Comparison, paired_figure
from rolewright.reports.numerals import points
from rolewright.reports.suites.view import SuiteView, Tile, share_tile, shares_figure
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]


def general_ability_view(figures: Json, tones: Mapping[str, str], word: Wording) -> SuiteView:
    """Bars of right answers, and the difference beside the margin."""
    arms, title = figures["arms"], word("ability.title")
    drawn = [
        shares_figure(
            "figure-ability", (title, word("ability.caption")), {title: arms}, tones, word
        )
    ]
    estimate, margin = figures["difference"], round(100 * figures["margin"])
    results: tuple[str, ...] = ()
    tile = share_tile(word("verdict.tile_accuracy"), arms, word)
    if estimate is not None:
        drawn.append(
            paired_figure(
                "figure-ability-difference",
                (
                    word("ability.difference_title"),
                    word("ability.difference_caption", margin=margin),
                ),
                [Comparison("tuned", "base", estimate)],
                word,
                margin=figures["margin"],
            )
        )
        said = "ability.ruled_out" if figures["no_worse"] else "ability.not_ruled_out"
        low, high = points(estimate["low"]), points(estimate["high"])
        results = (word(said, margin=margin, low=low, high=high),)
        note = word("verdict.tile_difference_note", low=low, high=high)
        tile = Tile(word("ability.tile"), points(estimate["difference"]), (note,))
    return SuiteView(
        anchor="suite-general-ability",
        name=word.name("suites", "general_ability"),
        heading=word("ability.heading"),
        lead=word("ability.lead"),
        figures=tuple(drawn),
        results=results,
        tile=tile,
    )


def objection(figures: Json, word: Wording) -> str:
    """What stands against "took hold" where the suite objects."""
    found = figures["difference"]
    return word(
        "ability.objection",
        difference=points(found["difference"]),
        pairs=found["pairs"],
        low=points(found["low"]),
        high=points(found["high"]),
        margin=round(100 * figures["margin"]),
    )
