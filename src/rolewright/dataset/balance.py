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
UNDECLARED_REFUSALS = (0.05, 0.9)
"""Between these shares a scenario without a declared rate both answers and declines."""
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
        self._by_rule = dictated
        self._declined: Counter[str | None] = Counter()

    def add(self, row: Row) -> Iterator[Finding]:
        """Count the answers of a row; nothing is found of a single one."""
        if row.system == self._role.system:
            assignment = self._assigner.assign(row.conversation)
            scenario = assignment.scenario if assignment.certain else None
            for answer in trained_answers(row.conversation):
                mode = response_mode(answer)
                self._by_scenario[scenario][mode] += 1
                self._declined[scenario] += mode in DECLINES or self._by_rule.is_declined(
                    answer, row.conversation, scenario
                )
                if mode not in self._dictated[scenario]:
                    self._first.setdefault(mode, row.conversation.place)
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """RW320 of a mode that takes over, RW324 and RW328 of refusal rates."""
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
            total, declared = self._by_scenario[scenario.id].total(), scenario.refusal_rate
            declined = self._declined[scenario.id]
            if total < LEAST_ANSWERS:
                continue
            place = Place(self._role.file, None, f"scenarios.{scenario.id}.refusal_rate")
            answers = f"{declined} of {total} answers ({declined / total:.0%}) in {scenario.id!r}"
            if declared is None:
                few, many = UNDECLARED_REFUSALS
                if few * total < declined < many * total:
                    yield Finding(
                        "RW328",
                        place,
                        f"{answers} decline, and the role does not declare how many are to",
                        "declare refusal_rate, or answer where the role can",
                    )
            elif abs(declined / total - declared) > REFUSAL_TOLERANCE + 1e-9:
                more = "fewer" if declined > declared * total else "more"
                yield Finding(
                    "RW324",
                    place,
                    f"{answers} decline, where the role declares {declared:.0%}",
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
                    "declined": self._declined[scenario],
                    "refusal_rate": declared,
                }
                for scenario, declared in [
                    *((each.id, each.refusal_rate) for each in self._role.scenarios),
                    (None, None),
                ]
                if (counts := self._by_scenario[scenario]).total()
            ],
        }
