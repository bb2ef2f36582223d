"""A suite that has no drawing of its own: its figures in a table, as they are."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rolewright.reports.numerals import decimal
from rolewright.reports.suites.view import SuiteView
from rolewright.reports.table import EMPTY, Cell, Row, Table, difference_cell, share_cell
from rolewright.reports.wording import Wording

Path = tuple[str, ...]


def other_view(
    name: str, figures: Mapping[str, Any], tones: Mapping[str, str], word: Wording
) -> SuiteView:
    """Everything that the results say of a suite, the arms side by side.

    Args:
        name: of the suite.
        figures: nested in any way.
        tones: by arm; a key that names an arm becomes a column.
        word: of the page's language.
    """
    anchor = "suite-" + (re.sub(r"[^\w-]+", "-", name) or "unnamed")
    table = _table(f"{anchor}-figures", figures, list(tones), word)
    return SuiteView(
        anchor=anchor,
        name=word.name("suites", name),
        heading=word.name("suites", name),
        lead=word("suite.other_lead"),
        tables=(table,) if table.rows else (),
    )


def _table(anchor: str, figures: Mapping[str, Any], arms: list[str], word: Wording) -> Table:
    rows: dict[Path, dict[str, Cell]] = {}
    for path, cell in _leaves(figures, ()):
        arm = next((part for part in path if part in arms), "")
        rest = tuple(part for part in path if part != arm)
        rows.setdefault(rest, {})[arm] = cell
    found = {arm for cells in rows.values() for arm in cells}
    columns = [arm for arm in ("", *arms) if arm in found]
    return Table(
        anchor=anchor,
        title=word("suite.other_title"),
        caption=word("suite.other_caption"),
        corner=word("suite.measure"),
        columns=tuple(word.name("arms", arm) if arm else word("suite.value") for arm in columns),
        rows=tuple(
            Row(
                " · ".join(path) or word("suite.share"),
                tuple(cells.get(arm, EMPTY) for arm in columns),
            )
            for path, cells in rows.items()
        ),
    )


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Cell]]:
    match value:
        case {"rate": _, "low": _, "high": _, **more}:
            yield path, share_cell(value, counted={"passed", "total"} <= more.keys())
        case {"difference": _, "low": _, "high": _}:
            yield path, difference_cell(value)
        case Mapping():
            for key, each in value.items():
                yield from _leaves(each, (*path, str(key)))
        case list() | tuple():
            for number, each in enumerate(value, start=1):
                yield from _leaves(each, (*path, str(number)))
        case float():
            yield path, Cell(decimal(value))
        case None:
            yield path, EMPTY
        case _:
            yield path, Cell(str(value))
