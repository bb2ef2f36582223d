"""A loss beside the margin up to which it counts as none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rolewright.reports.difference import Comparison, paired_figure
from rolewright.reports.figure import Figure
from rolewright.reports.numerals import points
from rolewright.reports.suites.view import Shares, Tile, share_tile
from rolewright.reports.wording import Wording

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MarginView:
    """What stands of a loss in a suite's section; nothing drawn or said without a tuned arm.

    Attributes:
        figures: the difference on its line.
        results: whether more than the margin is ruled out.
        tile: the difference, or without one the base model's share.
    """

    figures: tuple[Figure, ...]
    results: tuple[str, ...]
    tile: Tile


def margin_view(
    anchor: str, figures: Json, shares: Shares, titles: tuple[str, str], word: Wording
) -> MarginView:
    """Draw a difference beside its margin.

    Args:
        anchor: of the figure.
        figures: ``difference`` (None without a tuned arm), ``margin`` and ``no_worse``.
        shares: by arm.
        titles: of the tile where it shows the difference, and where it shows a share.
        word: of the page's language.
    """
    estimate, margin = figures["difference"], round(100 * figures["margin"])
    if estimate is None:
        return MarginView((), (), share_tile(titles[1], shares, word))
    said = "margin.ruled_out" if figures["no_worse"] else "margin.not_ruled_out"
    if estimate["high"] < -figures["margin"]:
        said = "margin.shown"
    low, high = points(estimate["low"]), points(estimate["high"])
    drawn = paired_figure(
        anchor,
        (word("margin.title"), word("margin.caption", margin=margin)),
        [Comparison("tuned", "base", estimate)],
        word,
        margin=figures["margin"],
    )
    note = word("verdict.tile_difference_note", low=low, high=high)
    return MarginView(
        figures=(drawn,),
        results=(word(said, margin=margin, low=low, high=high),),
        tile=Tile(titles[0], points(estimate["difference"]), (note,)),
    )
