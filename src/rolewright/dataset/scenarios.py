"""Which of the role's scenarios the rows declare."""

from array import array
from collections import Counter
from collections.abc import Iterator, Set
from typing import Any

from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row
from rolewright.errors import Place
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile

MOST_WEIGHT = 4.0
"""Rows that are seen more often than that are learned by heart."""
_NONE = -1


class Scenarios:
    """Counts rows by scenario, and finds scenarios that the role does not have."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        self._declared = {scenario.id for scenario in role.scenarios}
        self._counts: Counter[str | None] = Counter()
        self._numbers = {scenario.id: i for i, scenario in enumerate(role.scenarios)}
        self._number_of = array("h")
        self._unknown = Occurrences("RW104")
        self._first_without: Place | None = None

    def add(self, row: Row) -> Iterator[Finding]:
        """RW104 of a row whose scenario the role does not declare."""
        scenario, place = row.conversation.scenario, row.conversation.place
        self._number_of.append(self._numbers.get(scenario or "", _NONE))
        if row.conversation.origin is not None:
            return  # what `augment` added covers no scenario anew
        if scenario is None:
            self._first_without = self._first_without or place
        elif scenario not in self._declared:
            if self._unknown.add(place):
                yield Finding(
                    "RW104",
                    place,
                    f"there is no scenario {scenario!r} in {self._role.file}",
                    "declare it in the role file, or correct the row",
                )
            return
        self._counts[scenario] += 1

    def finish(self) -> Iterator[Finding]:
        """RW103 where rules depend on scenarios that rows leave out."""
        if self._first_without is not None:
            yield from self._undeclared(self._first_without)

    def _undeclared(self, first: Place) -> Iterator[Finding]:
        dependent = [rule.id for rule in self._role.rules if rule.scenarios is not None]
        if dependent:
            yield Finding(
                "RW103",
                first,
                f"{self._counts[None]} of {self._counts.total() + self._unknown.count} rows name "
                f"no scenario, so that these rules are not checked on them: "
                f"{', '.join(dependent)}",
                'add "scenario": "…" to the rows',
            )

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._number_of)

    def balancing_weights(self, without: Set[int]) -> dict[str, float]:
        """Weights that let every scenario be trained on as often as another.

        Args:
            without: indices of rows that are left out.

        Returns:
            A weight by scenario, at most a factor of 4 from 1; nothing where they are balanced, or
            where a row names no scenario of the role.
        """
        counts = Counter(
            number for index, number in enumerate(self._number_of) if index not in without
        )
        if not counts or _NONE in counts:
            return {}
        mean = counts.total() / len(counts)
        weights = {
            self._role.scenarios[number].id: min(max(mean / count, 1 / MOST_WEIGHT), MOST_WEIGHT)
            for number, count in sorted(counts.items())
        }
        return weights if len(set(weights.values())) > 1 else {}

    def figures(self) -> dict[str, Any]:
        """Rows by declared scenario, without one, and of unknown ones."""
        return {
            "rows": [
                {"scenario": scenario.id, "rows": self._counts[scenario.id]}
                for scenario in self._role.scenarios
            ],
            "undeclared": self._counts[None],
            "unknown_at": self._unknown.figures(),
        }
