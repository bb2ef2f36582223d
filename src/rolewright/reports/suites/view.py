"""What the report shows of a suite."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rolewright.reports.arms import share_chart
from rolewright.reports.figure import Figure
from rolewright.reports.numerals import percent, percent_interval
from rolewright.reports.table import Table
from rolewright.reports.wording import Wording

Shares = Mapping[str, Mapping[str, Any]]
"""By arm ``rate``, ``low`` and ``high``."""


@dataclass(frozen=True, slots=True)
class Tile:
    """The one number of a suite that stands beside the verdict.

    Attributes:
        title: what it measures.
        value: in words.
        notes: the other arms, or what it is measured in.
    """

    title: str
    value: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuiteView:
    """A section.

    Attributes:
        anchor: the id to link to.
        name: of the suite, short.
        heading, lead: of the section.
        figures, tables: in this order.
        results: sentences that say the outcome.
        tile: None where no one number stands for the suite.
    """

    anchor: str
    name: str
    heading: str
    lead: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    results: tuple[str, ...] = ()
    tile: Tile | None = None


def share_tile(title: str, shares: Shares, word: Wording, shown: str | None = None) -> Tile:
    """The share of one arm, with the others' below it.

    Args:
        title: of the tile.
        shares: by arm, at least one.
        word: of the page's language.
        shown: the arm; None = the last, which is the tuned one where there is one.
    """
    arm = list(shares)[-1] if shown is None else shown
    notes = (
        word("verdict.tile_versus", arm=word.name("arms", other), rate=percent(share["rate"]))
        for other, share in shares.items()
        if other != arm
    )
    return Tile(title, percent(shares[arm]["rate"]), tuple(notes))


def shares_figure(
    anchor: str,
    texts: tuple[str, str],
    measures: Mapping[str, Shares],
    tones: Mapping[str, str],
    word: Wording,
) -> Figure:
    """Bars of several shares, a chart each, with an arm a bar.

    Args:
        anchor: of the figure.
        texts: its title and caption.
        measures: shares by what they are of, in words.
        tones: by arm.
        word: of the page's language.
    """
    several = len(measures) > 1
    charts = [
        share_chart(name if several else "", shares, tones, word)
        for name, shares in measures.items()
    ]
    rows = [
        (
            *((name,) if several else ()),
            word.name("arms", arm),
            percent(share["rate"]),
            percent_interval(share["low"], share["high"]),
            f"{share['passed']}/{share['total']}" if "total" in share else "",
        )
        for name, shares in measures.items()
        for arm, share in shares.items()
    ]
    return Figure(
        anchor=anchor,
        title=texts[0],
        caption=texts[1],
        charts=tuple(charts),
        columns=(
            *((word("suite.measure"),) if several else ()),
            word("adherence.arm"),
            word("suite.share"),
            word("adherence.interval"),
            word("suite.count"),
        ),
        rows=tuple(rows),
    )
