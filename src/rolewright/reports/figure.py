"""A figure: charts, and the numbers that they show as a table."""

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing.

    Attributes:
        heading: what it shows, where a figure has several; empty otherwise.
        svg: the drawing.
    """

    heading: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Figure:
    """Charts under one title.

    Attributes:
        anchor: the id to link to.
        title: what is shown.
        caption: how to read it.
        charts: one, or small multiples.
        columns: headings of the data table.
        rows: its cells.
    """

    anchor: str
    title: str
    caption: str
    charts: tuple[Chart, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def single_chart(svg: Markup) -> tuple[Chart, ...]:
    """The charts of a figure that has only one."""
    return (Chart("", svg),)
