"""Whether the rows cover the role's scenarios, and how evenly."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.row import Row
from rolewright.dataset.scenario_assignment import ScenarioAssigner
from rolewright.dataset.shares import LEAST_ROWS, clearly_below
from rolewright.errors import Place
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile, Scenario
from rolewright.verifiers.matching import quoted

LEAST_TRAINED = 20
LEAST_HELD_OUT = 5
LEAST_EVENNESS = 0.8
LEAST_OF_EQUAL_SHARE = 0.25
"""A scenario that has less of what it would have if all had the same is forgotten."""
_MOST_EXAMPLES = 2


class ScenarioCounts:
    """How many conversations belong to each scenario, and how sure that is."""

    def __init__(self, assigner: ScenarioAssigner) -> None:
        self._assigner = assigner
        self.declared: Counter[str] = Counter()
        self.assigned: Counter[str] = Counter()
        self.uncertain: Counter[str | None] = Counter()

    def add(self, conversation: Conversation) -> None:
        """Count a conversation; one of an unknown scenario counts for none."""
        assignment = self._assigner.assign(conversation)
        if not assignment.certain:
            if not assignment.declared:
                self.uncertain[assignment.scenario] += 1
        elif assignment.scenario is not None:
            counts = self.declared if assignment.declared else self.assigned
            counts[assignment.scenario] += 1

    def certain(self, scenario: str) -> int:
        """How many belong to a scenario without doubt."""
        return self.declared[scenario] + self.assigned[scenario]


class Coverage:
    """Counts rows and held-out prompts by scenario, those that name none by likeness."""

    def __init__(self, role: RoleFile, evaluation: Iterable[Conversation] = ()) -> None:
        self._role = role
        assigner = ScenarioAssigner(role.scenarios)
        self._trained = ScenarioCounts(assigner)
        self._held_out = ScenarioCounts(assigner)
        self._first_assigned: Place | None = None
        self._evaluated = False
        for conversation in evaluation:
            self._evaluated = True
            if role.scenarios:
                self._held_out.add(conversation)

    def add(self, row: Row) -> Iterator[Finding]:
        """Count a row of the role; nothing is found of a single one."""
        if self._role.scenarios and row.system == self._role.system:
            self._trained.add(row.conversation)
            if row.conversation.scenario is None:
                self._first_assigned = self._first_assigned or row.conversation.place
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """RW302 and RW311 of scenarios with few rows, RW310 of a guess, RW312 of unevenness."""
        yield from self._guessed()
        yield from self._scarce("RW302", self._trained, LEAST_TRAINED, "training rows")
        if self._evaluated:
            yield from self._scarce("RW311", self._held_out, LEAST_HELD_OUT, "held-out prompts")
        yield from self._uneven()

    def _guessed(self) -> Iterator[Finding]:
        assigned, uncertain = self._trained.assigned.total(), self._trained.uncertain.total()
        if self._first_assigned is not None:
            yield Finding(
                "RW310",
                self._first_assigned,
                f"{assigned + uncertain} rows name no scenario; by likeness {assigned} clearly "
                f"belong to one, {uncertain} do not",
                'add "scenario": "…" to the rows, and examples to the scenarios',
            )

    def _scarce(
        self, code: str, counts: ScenarioCounts, least: int, what: str
    ) -> Iterator[Finding]:
        for scenario in self._role.scenarios:
            certain, perhaps = counts.certain(scenario.id), counts.uncertain[scenario.id]
            # Rows that resemble no scenario clearly may belong to this one.
            if certain + perhaps + counts.uncertain[None] < least:
                more = f", and {perhaps} that may belong to it" if perhaps else ""
                yield Finding(
                    code,
                    self._place(scenario),
                    f"the scenario {scenario.id!r} has {certain} {what}{more}",
                    f"write at least {least - certain} more{such_as(scenario)}",
                )

    def _uneven(self) -> Iterator[Finding]:
        counts = {each: self._trained.certain(each.id) for each in self._role.scenarios}
        total, uncertain = sum(counts.values()), self._trained.uncertain.total()
        if total < LEAST_ROWS or uncertain > total:
            return
        evenness = evenness_of(list(counts.values()))
        if evenness is None:
            return
        most, fewest = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
        is_forgotten = clearly_below(counts[fewest], total, LEAST_OF_EQUAL_SHARE / len(counts))
        if evenness < LEAST_EVENNESS or is_forgotten:
            yield Finding(
                "RW312",
                self._place(fewest),
                f"the rows are spread unevenly over the scenarios (evenness {evenness:.2f}, at "
                f"least {LEAST_EVENNESS}): {most.id!r} has {counts[most]} of {total}, "
                f"{fewest.id!r} has {counts[fewest]}",
                f"write more for {fewest.id!r}{such_as(fewest)}",
            )

    def _place(self, scenario: Scenario) -> Place:
        return Place(self._role.file, None, f"scenarios.{scenario.id}")

    def figures(self) -> dict[str, Any]:
        """Rows and held-out prompts of each scenario, and the evenness of the rows, in [0, 1]."""
        trained, held_out = self._trained, self._held_out
        scenarios = [scenario.id for scenario in self._role.scenarios]
        return {
            "scenarios": [
                {
                    "scenario": scenario,
                    "declared": trained.declared[scenario],
                    "assigned": trained.assigned[scenario],
                    "uncertain": trained.uncertain[scenario],
                    "held_out": held_out.certain(scenario) if self._evaluated else None,
                }
                for scenario in scenarios
            ],
            "unlike_any": trained.uncertain[None],
            "evenness": evenness_of([trained.certain(scenario) for scenario in scenarios]),
        }


def evenness_of(counts: Sequence[int]) -> float | None:
    """Entropy of shares over its maximum (Pielou 1966); None of fewer than two, or of nothing."""
    total = sum(counts)
    if len(counts) < 2 or not total:
        return None
    shares = [count / total for count in counts if count]
    return sum(share * math.log(1 / share) for share in shares) / math.log(len(counts))


def such_as(scenario: Scenario) -> str:
    """What to write more of, shown by a scenario's own examples."""
    examples = ", ".join(quoted(example) for example in scenario.inputs[:_MOST_EXAMPLES])
    return f", such as {examples}" if examples else ""
