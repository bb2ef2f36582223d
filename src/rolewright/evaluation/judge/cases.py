"""Answers that a judge decides about, and the log of its decisions, so that none is asked twice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rolewright.conversations.conversation import Message
from rolewright.errors import Place
from rolewright.evaluation.judge.judge import Decision, Judge
from rolewright.evaluation.log import append_records, resume_records
from rolewright.evaluation.sample import Key, Sample
from rolewright.role.schema import JudgedRule
from rolewright.verifiers import Verdict
from rolewright.verifiers.thought import without_thoughts

JUDGE_LOG = "judge.jsonl"

CaseKey = tuple[Key, str]
"""A sample's key and a rule's id: no case of a run has another's."""
Decisions = Mapping[CaseKey, Decision]


@dataclass(frozen=True, slots=True)
class Case:
    """An answer and the judged rule that it is to keep.

    Attributes:
        key: names it among all cases of a run.
        criterion: of the rule.
        messages: what was said before the answer.
        answer: as it was written.
    """

    key: CaseKey
    criterion: str
    messages: tuple[Message, ...]
    answer: str


def case_of(sample: Sample, rule: JudgedRule) -> Case:
    """The case of a sample and a rule that applies to it."""
    prompt = sample.conversation.prompt
    return Case((sample.key, rule.id), rule.criterion, tuple(prompt), sample.reply.text)


def decide_cases(
    judge: Judge, cases: Sequence[Case], log: Path | None, on_decision: Callable[[], None]
) -> dict[CaseKey, Decision]:
    """Let a judge decide all cases that the log does not have yet.

    Args:
        judge: that decides.
        cases: of different keys.
        log: file to which each decision is appended as soon as it is there; None = no log.
        on_decision: called after each decision, also one that the log has.
    """
    found = {} if log is None else dict(resume_records(log, _from_record))
    decided = {case.key: found[case.key] for case in cases if case.key in found}
    for _ in decided:
        on_decision()
    waiting = [case for case in cases if case.key not in decided]
    choices = [
        judge.wording.about_answer(
            case.criterion, case.messages, without_thoughts(case.answer).text
        )
        for case in waiting
    ]

    def record(index: int, decision: Decision) -> None:
        key = waiting[index].key
        if log is not None:
            append_records(log, [_as_record(key, decision)])
        decided[key] = decision
        on_decision()

    if waiting:
        judge.decide(choices, record)
    return decided


def verdict_of(decision: Decision) -> Verdict | None:
    """What a decision says of a rule, with the judge's reason; None = undecided."""
    if decision.holds is None:
        return None
    return Verdict(decision.holds, f"{decision.model}: {decision.reasons[0]}")


def add_verdicts(
    records: Sequence[dict[str, Any]], log: Path, rules: Sequence[str]
) -> list[dict[str, Any]]:
    """Lines of an evaluation's log with the verdicts of judged rules.

    Args:
        records: lines of ``log.jsonl``.
        log: of the judge; where there is none, nothing is added.
        rules: ids of the judged rules that count.
    """
    decisions = dict(resume_records(log, _from_record))
    found = []
    for record in records:
        key = (record["suite"], record["arm"], record["id"], record["turn"])
        more = []
        for rule in rules:
            decision = decisions.get((key, rule))
            verdict = None if decision is None else verdict_of(decision)
            if verdict is not None:
                said = {"passed": verdict.passed, "evidence": verdict.evidence, "span": None}
                more.append({"rule": rule, **said})
        found.append({**record, "verdicts": [*record["verdicts"], *more]})
    return found


def _as_record(key: CaseKey, decision: Decision) -> dict[str, Any]:
    (suite, arm, id_, turn), rule = key
    return {
        "suite": suite,
        "arm": arm,
        "id": id_,
        "turn": turn,
        "rule": rule,
        "kept": decision.holds,
        "picks": decision.picks,
        "reasons": decision.reasons,
        "model": decision.model,
    }


def _from_record(record: Mapping[str, Any], _: Place) -> tuple[CaseKey, Decision]:
    key = (record["suite"], record["arm"], record["id"], record["turn"])
    first, second = record["picks"]
    reason_1, reason_2 = record["reasons"]
    decision = Decision((first, second), (reason_1, reason_2), record["model"])
    return (key, record["rule"]), decision
