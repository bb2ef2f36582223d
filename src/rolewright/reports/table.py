"""A table whose cells are shares or differences, which may be shaded as a heat map is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rolewright.reports.numerals import ABSENT, percent, percent_interval, points


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: its value, in words.
        note: its interval or its count, in words; may be empty.
        shade: how strongly it is coloured, in [0, 1]; None = not at all.
        tone: CSS class of its colour.
    """

    text: str
    note: str = ""
    shade: float | None = None
    tone: str = ""


EMPTY = Cell(ABSENT)


@dataclass(frozen=True, slots=True)
class Row:
    """A line.

    Attributes:
        name: its heading.
        cells: as many as the table has columns; none where the line heads those below it.
        note: stands behind the heading; may be empty.
        href: where its heading leads; empty = nowhere.
    """

    name: str
    cells: tuple[Cell, ...] = ()
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        anchor: the id to link to.
        title: what is shown.
        caption: how to read it.
        corner: heading of the first column.
        columns: headings of the others.
        rows: from top to bottom.
        groups: headings above the columns, each over equally many of them; may be empty.
    """

    anchor: str
    title: str
    caption: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    groups: tuple[str, ...] = ()

    @property
    def span(self) -> int:
        """How many columns a group has."""
        return len(self.columns) // len(self.groups)


def share_cell(share: Mapping[str, Any] | None, tone: str = "", *, counted: bool = False) -> Cell:
    """A share with its interval.

    Args:
        share: ``rate``, ``low`` and ``high``; None = not measured.
        tone: CSS class of the shade; empty = no shade.
        counted: whether to tell ``passed`` and ``total`` too.
    """
    if share is None or share["rate"] is None:
        return EMPTY
    note = percent_interval(share["low"], share["high"])
    if counted:
        note += f" · {share['passed']}/{share['total']}"
    return Cell(percent(share["rate"]), note, share["rate"] if tone else None, tone)


def difference_cell(estimate: Mapping[str, Any]) -> Cell:
    """A difference in points, with its interval."""
    interval = f"{points(estimate['low'])} – {points(estimate['high'])}"
    return Cell(points(estimate["difference"]), interval)
