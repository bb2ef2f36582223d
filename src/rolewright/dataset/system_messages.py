"""Which system messages the rows are trained under."""

from collections.abc import Iterator
from typing import Any

from rolewright.dataset.row import Row
from rolewright.errors import Place
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile


class SystemMessages:
    """Counts the system messages, and notes those that are not the role's."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        self._rows = 0
        self._others = 0
        self._first_other: Place | None = None
        self._distinct: set[str] = set()

    def add(self, row: Row) -> Iterator[Finding]:
        """Count a row; nothing is found of a single one."""
        self._rows += 1
        system = row.conversation.system
        if system is not None and system != self._role.system:
            self._others += 1
            self._first_other = self._first_other or row.conversation.place
            self._distinct.add(system)
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """RW102, at the first row under another message than the role's."""
        if self._first_other is not None:
            yield Finding(
                "RW102",
                self._first_other,
                f"{self._others} of {self._rows} rows carry another system message than the "
                f"role's ({len(self._distinct)} different)",
                "leave it out of the rows that belong to the role; keep it where another role is "
                "meant",
            )

    def figures(self) -> dict[str, Any]:
        """How many rows are under another message than the role's, and how many there are."""
        return {"others": self._others, "distinct_others": len(self._distinct)}
