"""Where something is the matter: the first rows are findings, of the others only the lines."""

from collections.abc import Iterator
from typing import Any

from rolewright.dataset.places import Places
from rolewright.errors import Place
from rolewright.finding import Finding

MOST_LISTED = 20
"""How many findings of one kind are listed; the rest are counted."""


class Occurrences:
    """The rows that one thing is the matter with.

    Args:
        what: names the thing in the finding that counts the rows which are not listed.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._places = Places()

    @property
    def count(self) -> int:
        """How often it occurs."""
        return len(self._places)

    def add(self, place: Place) -> bool:
        """Note a row; True where it is among the first, which are listed."""
        self._places.append(place)
        return self.count <= MOST_LISTED

    def count_unlisted(self, further: str = "") -> Iterator[Finding]:
        """RW100 where there were more than are listed, with a ``further`` clause."""
        if self.count > MOST_LISTED:
            yield Finding(
                "RW100",
                Place(self._places[0].file),
                f"{self.count - MOST_LISTED} more rows of {self._what} are not listed{further}",
                "with --json, `figures` has the line of each",
            )

    def figures(self) -> list[dict[str, Any]]:
        """The line numbers, file by file, for ``--json``."""
        return self._places.figures()
