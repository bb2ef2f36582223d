"""Demands of a role that a judge finds contradictory: advice, beside what code proves (RW003)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from rolewright.errors import Place
from rolewright.evaluation.judge.judge import Decision, Judge
from rolewright.evaluation.judge.wording import Wording
from rolewright.finding import Finding
from rolewright.role.schema import JudgedRule, RoleFile, Rule


@dataclass(frozen=True, slots=True)
class Demand:
    """What a role demands of answers.

    Attributes:
        name: for people.
        place: where it stands.
        scenarios: where it applies; None = everywhere.
        text: the same for a judge, as JSON values.
    """

    name: str
    place: Place
    scenarios: frozenset[str] | None
    text: dict[str, Any]

    def meets(self, other: "Demand") -> bool:
        """Whether both apply to some request."""
        if self.scenarios is None:
            return other.scenarios is None or bool(other.scenarios)
        return bool(self.scenarios if other.scenarios is None else self.scenarios & other.scenarios)


@dataclass(frozen=True, slots=True)
class PairsJudged:
    """What came of it.

    Attributes:
        findings: the pairs that contradict each other.
        judge: that decided.
        pairs: how many were asked about.
        undecided: of them.
    """

    findings: list[Finding]
    judge: Judge
    pairs: int
    undecided: int

    def as_figures(self) -> dict[str, Any]:
        """For programs: which judge it was, and how many pairs."""
        return {**self.judge.as_record(), "pairs": self.pairs, "undecided": self.undecided}


def pairs_of(role: RoleFile, wording: Wording) -> list[tuple[Demand, Demand]]:
    """All pairs of rules, and of a rule and the system message, that apply to some request both."""
    return [pair for pair in combinations(_demands(role, wording), 2) if pair[0].meets(pair[1])]


def judge_pairs(
    judge: Judge, pairs: list[tuple[Demand, Demand]], on_decision: Callable[[], None]
) -> PairsJudged:
    """Ask a judge of each pair whether no answer can meet both.

    Args:
        judge: that decides.
        pairs: as ``pairs_of`` gives them.
        on_decision: called after each.
    """
    decisions: dict[int, Decision] = {}

    def record(index: int, decision: Decision) -> None:
        decisions[index] = decision
        on_decision()

    wording = judge.wording
    judge.decide([wording.about_demands(a.text, b.text) for a, b in pairs], record)
    findings = [
        Finding(
            "RW014",
            second.place,
            f"{judge.model} finds that {first.name} and {second.name} contradict each other: "
            f"{decisions[index].reasons[0]}",
            "see whether it is right, as models err here; if so, change one of the two",
        )
        for index, (first, second) in enumerate(pairs)
        if decisions[index].holds
    ]
    undecided = sum(decision.holds is None for decision in decisions.values())
    return PairsJudged(findings, judge, len(pairs), undecided)


def _demands(role: RoleFile, wording: Wording) -> Iterator[Demand]:
    if role.system:
        text = {"from": wording.system, "applies_to": wording.everywhere, "text": role.system}
        yield Demand("the system message", role.place("system"), None, text)
    described = {each.id: each.description or each.id for each in role.scenarios}
    rules: tuple[Rule | JudgedRule, ...] = (*role.rules, *role.judged_rules)
    for rule in rules:
        where = None if rule.scenarios is None else [described[s] for s in sorted(rule.scenarios)]
        yield Demand(
            f"the rule {rule.id!r}",
            role.place(f"rules.{rule.id}"),
            rule.scenarios,
            {"from": wording.rule, "applies_to": where or wording.everywhere, **_said(rule)},
        )


def _said(rule: Rule | JudgedRule) -> dict[str, Any]:
    if isinstance(rule, JudgedRule):
        return {"text": rule.criterion}
    verifier = rule.verifier
    return {
        "text": verifier.summary,
        "check": verifier.name,
        "parameters": rule.parameters,
    }
