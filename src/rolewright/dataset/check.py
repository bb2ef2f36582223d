"""Check a role and its data before anything is trained."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Protocol

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row, resolve_row
from rolewright.errors import Fault, Place
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile


class Check(Protocol):
    """One concern of the dataset check, fed row by row. It keeps hashes and counts, no texts."""

    def add(self, row: Row) -> Iterator[Finding]:
        """Take a row in; findings about this row alone."""

    def finish(self) -> Iterator[Finding]:
        """Findings about the data as a whole, once all rows are in."""

    def figures(self) -> dict[str, Any]:
        """What was counted, for ``--json`` and the report."""


def check_role(role: RoleFile) -> Iterator[Finding]:
    """Findings about the role file itself."""
    if not role.rules:
        yield Finding("RW001", Place(role.file), "the role has no rules", "add some under `rules`")
    if not role.system:
        yield Finding(
            "RW002",
            Place(role.file),
            "the role has no system message",
            "add `system`, unless the role is meant to hold without one",
        )
    yield from _impossible_lengths(role)


def _impossible_lengths(role: RoleFile) -> Iterator[Finding]:
    """Length rules of one unit and scenario whose ranges have nothing in common."""
    scenarios: list[str | None] = [scenario.id for scenario in role.scenarios] or [None]
    reported: set[tuple[str, str]] = set()
    for scenario in scenarios:
        tightest: dict[tuple[str, str], tuple[int, str]] = {}
        for rule in role.rules_for(scenario):
            if rule.verifier.name not in {"max_length", "min_length", "length_between"}:
                continue
            unit = rule.parameters["unit"]
            for bound, pick in (("max", min), ("min", max)):
                if rule.parameters.get(bound) is not None:
                    limit = (rule.parameters[bound], rule.id)
                    key = (unit, bound)
                    tightest[key] = pick(limit, tightest.get(key, limit))
        for (unit, bound), (least, least_rule) in list(tightest.items()):
            most, most_rule = tightest.get((unit, "max"), (least, least_rule))
            if bound == "min" and least > most and (least_rule, most_rule) not in reported:
                reported.add((least_rule, most_rule))
                yield Finding(
                    "RW003",
                    Place(role.file, None, f"rules.{least_rule}"),
                    f"at least {least} {unit} ({least_rule}) and at most {most} ({most_rule})",
                    "change one of the two rules, or the scenarios they apply to",
                )


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
    silenced: Set[str] = frozenset(),
) -> Iterator[Finding]:
    """Stream once over training data. Of one kind of finding only the first are listed.

    Args:
        role: whose system message stands in front of rows that have none.
        items: the rows that can be read, and what is wrong with the others, as they come.
        checks: fed with every row; ``dataset.checks`` has a table of them.
        tally: counts the rows.
        silenced: codes that are not reported.
    """
    for finding in _check(role, items, tuple(checks.values()), tally or Tally()):
        if finding.code not in silenced:
            yield finding


def _check(
    role: RoleFile,
    items: Iterable[Conversation | Fault],
    checks: tuple[Check, ...],
    tally: Tally,
) -> Iterator[Finding]:
    for item in items:
        if isinstance(item, Fault):
            if tally.unreadable.add(item.place):
                expected = f" (expected: {item.expected})" if item.expected else ""
                yield Finding("RW101", item.place, item.found + expected, item.fix)
            continue
        tally.readable += 1
        row = resolve_row(item, role)
        for check in checks:
            yield from check.add(row)
    yield from tally.unreadable.count_unlisted()
    for check in checks:
        yield from check.finish()
