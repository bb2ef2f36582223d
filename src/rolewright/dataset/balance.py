"""Whether one way of answering takes over, and how often answers decline."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from rolewright.dataset.dictated import Dictated
from rolewright.dataset.response_mode import DECLINES, MODES, Mode, response_mode
from rolewright.dataset.row import Row
from rolewright.dataset.sample import trained_answers
from rolewright.dataset.scenario_assignment import ScenarioAssigner
from rolewright.dataset.shares import clearly_above
from rolewright.errors import Place
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile

MOST_OF_ONE_MODE = 0.6
REFUSAL_TOLERANCE = 0.05
LEAST_ANSWERS = 20
"""Below so many answers of a scenario nothing is said about its refusals."""


class Balance:
    """Counts the response modes, overall and by scenario."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        self._assigner = ScenarioAssigner(role.scenarios)
        self._by_scenario: defaultdict[str | None, Counter[Mode]] = defaultdict(Counter)
        self._first: dict[Mode, Place] = {}
        ids = [None, *(scenario.id for scenario in role.scenarios)]
        dictated = Dictated(role)
        self._dictated = {scenario: dictated.modes(scenario) for scenario in ids}

    def add(self, row: Row) -> Iterator[Finding]:
        """Count the answers of a row; nothing is found of a single one."""
        if row.system == self._role.system:
            assignment = self._assigner.assign(row.conversation)
            scenario = assignment.scenario if assignment.certain else None
            for answer in trained_answers(row.conversation):
                mode = response_mode(answer, row.conversation)
                self._by_scenario[scenario][mode] += 1
                if mode not in self._dictated[scenario]:
                    self._first.setdefault(mode, row.conversation.place)
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """RW320 of a mode that takes over, RW324 of a refusal rate that is not the declared one."""
        yield from self._dominant()
        yield from self._refusals()

    def _dominant(self) -> Iterator[Finding]:
        total = sum(counts.total() for counts in self._by_scenario.values())
        for mode in MODES:
            # An answer in prose is no habit: it takes any form.
            free = 0 if mode == "answer" else self._free(mode)
            if clearly_above(free, total, MOST_OF_ONE_MODE):
                yield Finding(
                    "RW320",
                    self._first[mode],
                    f"{free} of {total} answers ({free / total:.0%}) are of one kind, "
                    f"{mode!r}, and no rule asks for it; at most {MOST_OF_ONE_MODE:.0%}",
                    "answer in other ways too, or add a rule that asks for this one",
                )

    def _free(self, mode: Mode) -> int:
        return sum(
            counts[mode]
            for scenario, counts in self._by_scenario.items()
            if mode not in self._dictated[scenario]
        )

    def _refusals(self) -> Iterator[Finding]:
        for scenario in self._role.scenarios:
            counts, declared = self._by_scenario[scenario.id], scenario.refusal_rate
            if declared is None or counts.total() < LEAST_ANSWERS:
                continue
            rate = _declined(counts) / counts.total()
            if abs(rate - declared) > REFUSAL_TOLERANCE + 1e-9:
                more = "fewer" if rate > declared else "more"
                yield Finding(
                    "RW324",
                    Place(self._role.file, None, f"scenarios.{scenario.id}.refusal_rate"),
                    f"{_declined(counts)} of {counts.total()} answers ({rate:.0%}) in "
                    f"{scenario.id!r} decline, where the role declares {declared:.0%}",
                    f"let {more} answers decline, or correct refusal_rate",
                )

    def figures(self) -> dict[str, Any]:
        """Answers by response mode, over all rows and by scenario; null = no clear scenario."""
        overall = sum(self._by_scenario.values(), Counter[Mode]())
        return {
            "modes": {mode: overall[mode] for mode in MODES},
            "scenarios": [
                {
                    "scenario": scenario,
                    "modes": {mode: counts[mode] for mode in MODES},
                    "declined": _declined(counts),
                    "refusal_rate": declared,
                }
                for scenario, declared in [
                    *((each.id, each.refusal_rate) for each in self._role.scenarios),
                    (None, None),
                ]
                if (counts := self._by_scenario[scenario]).total()
            ],
        }


def _declined(counts: Counter[Mode]) -> int:
    return sum(counts[mode] for mode in DECLINES)
