"""Check the data of a role before anything is trained."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row, resolve_row
from rolewright.errors import Fault
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile

ROWS_AT_ONCE = 100
"""So many rows go through one check after the other: what a check works with stays in the
processor's cache, which takes a third off the time."""


class Check(Protocol):
    """One concern of the dataset check, fed row by row. It keeps hashes and counts, no texts."""

    def add(self, row: Row) -> Iterator[Finding]:
        """Take a row in; findings about this row alone."""

    def finish(self) -> Iterator[Finding]:
        """Findings about the data as a whole, once all rows are in."""

    def figures(self) -> dict[str, Any]:
        """What was counted, for ``--json`` and the report."""


@dataclass(slots=True)
class Tally:
    """How many rows there were.

    Attributes:
        readable: the rows that were checked.
        unreadable: where the others stand.
    """

    readable: int = 0
    unreadable: Occurrences = field(default_factory=lambda: Occurrences("RW101"))


def check_data(
    role: RoleFile,
    items: Iterable[Conversation | Fault],
    checks: Mapping[str, Check],
    *,
    tally: Tally | None = None,
) -> Iterator[Finding]:
    """Stream once over training data. Of one kind of finding only the first are listed.

    Args:
        role: whose system message stands in front of rows that have none.
        items: the rows that can be read, and what is wrong with the others, as they come.
        checks: fed with every row; ``dataset.checks`` has a table of them.
        tally: counts the rows.
    """
    tally = tally or Tally()
    remaining = iter(items)
    while batch := list(islice(remaining, ROWS_AT_ONCE)):
        rows = [resolve_row(item, role) for item in batch if not isinstance(item, Fault)]
        found = iter(check_rows(rows, checks))
        for item in batch:
            if not isinstance(item, Fault):
                tally.readable += 1
                yield from next(found)
            elif tally.unreadable.add(item.place):
                expected = f" (expected: {item.expected})" if item.expected else ""
                fix = item.fix or "correct the row, or leave it out"
                yield Finding("RW101", item.place, item.found + expected, fix)
    yield from tally.unreadable.count_unlisted()
    for check in checks.values():
        yield from check.finish()


def check_rows(rows: Sequence[Row], checks: Mapping[str, Check]) -> list[list[Finding]]:
    """Feed some rows to one check after the other; what all of them find about each row alone."""
    found: list[list[Finding]] = [[] for _ in rows]
    for check in checks.values():
        for index, row in enumerate(rows):
            found[index] += check.add(row)
    return found
