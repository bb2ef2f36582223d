"""A judge in an evaluation: which rules it decides, whether they count, and what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from rolewright.evaluation.evaluate import Samples
from rolewright.evaluation.judge.agreement import Agreement, agreement_on, order_bias
from rolewright.evaluation.judge.cases import Case, Decisions, case_of, verdict_of
from rolewright.evaluation.judge.judge import Judge
from rolewright.evaluation.judge.labels import Label
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import proportion
from rolewright.evaluation.suites.adherence import ADHERENCE
from rolewright.evaluation.suites.suite import Suite
from rolewright.file_hash import hash_text
from rolewright.role.schema import JudgedRule, RoleFile

State = Literal["counted", "not counted", "not judged"]


@dataclass(frozen=True, slots=True)
class Judging:
    """A judge, and the labels of people that it is compared with.

    Attributes:
        judge: that decides.
        labels: maybe none.
    """

    judge: Judge
    labels: Sequence[Label] = ()

    def conditions(self) -> dict[str, Any]:
        """All that its decisions depend on, as JSON values."""
        labels = [[label.case(), label.kept] for label in self.labels]
        return self.judge.conditions() | {"labels": hash_text(repr(labels))}

    def cases(self, suites: Sequence[Suite], samples: Samples) -> list[Case]:
        """All that is to be decided: the labelled answers, and the samples under judged rules."""
        found = [label.case() for label in self.labels]
        for suite in suites:
            for of_arm in samples[suite.name].values():
                found += [case_of(s, rule) for s in of_arm for rule in _rules_for(suite, s)]
        return found


@dataclass(frozen=True, slots=True)
class Ruling:
    """A judged rule after an evaluation.

    Attributes:
        rule: of the role.
        state: whether its verdicts count like those of code.
        reason: for that, a phrase.
        agreement: with people on this rule; None without labels of it.
    """

    rule: JudgedRule
    state: State
    reason: str
    agreement: Agreement | None = None


def rule_on(role: RoleFile, judging: Judging | None, decisions: Decisions) -> list[Ruling]:
    """Say of each judged rule whether it counts: if the judge is sound and agrees with people."""
    return [_rule_on(rule, judging, decisions) for rule in role.judged_rules]


def _rule_on(rule: JudgedRule, judging: Judging | None, decisions: Decisions) -> Ruling:
    if judging is None:
        return Ruling(rule, "not judged", "no judge was asked")
    judge = judging.judge
    labels = [label for label in judging.labels if label.rule.id == rule.id]
    agreement = agreement_on(labels, decisions) if labels else None
    if not judge.is_sound:
        return Ruling(rule, "not counted", f"the judge got {judge.in_words}", agreement)
    if agreement is None:
        return Ruling(rule, "not counted", "no labels of people to compare the judge with")
    state: State = "counted" if agreement.suffices else "not counted"
    return Ruling(rule, state, agreement.in_words, agreement)


def with_verdicts(
    suites: Sequence[Suite], samples: Samples, rulings: Sequence[Ruling], decisions: Decisions
) -> Samples:
    """The samples with the decided verdicts of the rules that count beside those of code."""
    counted = {ruling.rule.id for ruling in rulings if ruling.state == "counted"}

    def add(suite: Suite, sample: Sample) -> Sample:
        verdicts = dict(sample.verdicts)
        for rule in _rules_for(suite, sample):
            verdict = verdict_of(decisions[sample.key, rule.id]) if rule.id in counted else None
            if verdict is not None:
                verdicts[rule.id] = verdict
        return replace(sample, verdicts=verdicts)

    return {
        suite.name: {
            arm: [add(suite, sample) for sample in of_arm]
            for arm, of_arm in samples[suite.name].items()
        }
        for suite in suites
    }


def judge_figures(
    judging: Judging | None, rulings: Sequence[Ruling], samples: Samples, decisions: Decisions
) -> dict[str, Any] | None:
    """For the results; None where the role has no judged rules.

    Returns:
        ``judge`` (what it was and how many controls it got right; None without one),
        ``agreement`` (over all labels; None without any), ``order`` (see ``order_bias``; None
        without a judge), and ``rules``: ``id``, ``criterion``, ``state``, ``reason``,
        ``agreement`` and, by arm of adherence, ``Proportion`` and ``undecided``.
    """
    if not rulings:
        return None
    rules = [
        {
            "id": ruling.rule.id,
            "criterion": ruling.rule.criterion,
            "state": ruling.state,
            "reason": ruling.reason,
            "agreement": None if ruling.agreement is None else ruling.agreement.as_figures(),
            "arms": {
                arm: _arm_figures(ruling.rule, of_arm, decisions)
                for arm, of_arm in samples[ADHERENCE].items()
            },
        }
        for ruling in rulings
    ]
    if judging is None:
        return {"judge": None, "agreement": None, "order": None, "rules": rules}
    labels = judging.labels
    return {
        "judge": judging.judge.as_record(),
        "agreement": agreement_on(labels, decisions).as_figures() if labels else None,
        "order": order_bias(decisions.values()),
        "rules": rules,
    }


def _arm_figures(
    rule: JudgedRule, samples: Sequence[Sample], decisions: Decisions
) -> dict[str, Any]:
    holds = [decisions[s.key, rule.id].holds for s in samples if (s.key, rule.id) in decisions]
    decided = [each for each in holds if each is not None]
    return {**asdict(proportion(decided)), "undecided": len(holds) - len(decided)}


def caveat(judge: Mapping[str, Any] | None) -> str:
    """What a verdict's reason has to say of judged rules, beginning with a space; "" without any.

    Args:
        judge: as ``judge_figures`` gives it.
    """
    if judge is None:
        return ""
    rules = judge["rules"]
    if judge["judge"] is None:
        return f" Not judged: {', '.join(rule['id'] for rule in rules)}."
    text = ""
    for state, words in (("counted", "Judged by a model"), ("not counted", "Judged, not counted")):
        named = [f"{rule['id']} ({rule['reason']})" for rule in rules if rule["state"] == state]
        if named:
            text += f" {words}: {', '.join(named)}."
    return text


def _rules_for(suite: Suite, sample: Sample) -> list[JudgedRule]:
    scenario = sample.conversation.scenario
    if not sample.reply.fits:
        return []
    return [rule for rule in suite.judged_rules if rule.applies_to(scenario)]
