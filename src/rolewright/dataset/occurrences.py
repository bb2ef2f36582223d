"""Where something is the matter: the first places are findings, of the others only the lines."""

from array import array
from collections.abc import Iterator
from typing import Any

from rolewright.errors import Place
from rolewright.finding import Finding

MOST_LISTED = 20
"""How many findings of one kind are listed; the rest are counted."""


class Occurrences:
    """The rows that one thing is the matter with, in eight bytes each.

    Args:
        what: names the thing in the finding that counts the rows which are not listed.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._lines: dict[str, array[int]] = {}
        self.count = 0

    def add(self, place: Place) -> bool:
        """Note a row; True where it is among the first, which are listed."""
        lines = self._lines.setdefault(place.file, array("q"))
        lines.append(place.line or 0)
        self.count += 1
        return self.count <= MOST_LISTED

    def count_unlisted(self, further: str = "") -> Iterator[Finding]:
        """RW100 where there were more than are listed, with a ``further`` clause."""
        if self.count > MOST_LISTED:
            yield Finding(
                "RW100",
                Place(next(iter(self._lines))),
                f"{self.count - MOST_LISTED} more rows of {self._what} are not listed{further}",
                "with --json, `figures` has the line of each",
            )

    def places(self) -> Iterator[Place]:
        """All rows, file by file."""
        for file, lines in self._lines.items():
            for line in lines:
                yield Place(file, line or None)

    def figures(self) -> list[dict[str, Any]]:
        """The line numbers, for ``--json``."""
        return [{"file": file, "lines": list(lines)} for file, lines in self._lines.items()]
