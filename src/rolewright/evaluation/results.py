"""The public shape of an evaluation's results, ``rolewright.eval/1``."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rolewright.evaluation.advice import advise, remedies
from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.context_limit import probes_in, what_fits
from rolewright.evaluation.judge.judging import caveat
from rolewright.evaluation.rule_changes import (
    RuleChanges,
    records_of,
    rule_changes,
    rule_objections,
)
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import PairedDifference, paired_difference
from rolewright.evaluation.suites.adherence import ADHERENCE
from rolewright.evaluation.suites.suite import Suite
from rolewright.evaluation.target_arm import samples_of_target
from rolewright.evaluation.thresholds import Threshold
from rolewright.evaluation.verdict import decide
from rolewright.role.schema import RoleFile

SCHEMA = "rolewright.eval/1"


def summarise(
    role: RoleFile,
    target: str,
    suites: Sequence[Suite],
    samples: Mapping[str, Mapping[str, Sequence[Sample]]],
    *,
    trained_prompts: int = 0,
    thresholds: Sequence[Threshold] = (),
    judge: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Sum an evaluation up.

    Args:
        role: whose rules judged.
        target: the bundle or model, as the user named it.
        suites: that ran, adherence among them.
        samples: by suite and arm; adherence has the same prompts in the same order in each arm.
        trained_prompts: how many of the prompts were trained on.
        thresholds: that the target has to reach.
        judge: as ``judge_figures`` gives it; None where the role has no judged rules.

    Returns:
        ``schema``, ``role``, ``target``, ``samples`` (how many), ``trained_prompts``,
        ``does_not_fit`` (by suite, how many probes are left out since they outgrew the context),
        ``arms`` (by name, what adherence found: see ``suites.adherence.arm_figures``), ``suites``
        (by name, the figures of the others), ``paired`` (tuned against base with role, on whether
        all rules were kept, and under ``rules`` on each rule; None without a tuned arm),
        ``objections`` (see ``Objection.as_record``), ``remedies`` (each ``suite`` and ``text``),
        ``judge``, ``verdict``, ``reason``, ``advice`` (see ``advice.advise``; empty without a tuned
        arm) and ``thresholds`` (see ``Threshold.judge``).
    """
    asked = samples
    samples = {suite: what_fits(of_suite) for suite, of_suite in asked.items()}
    left_out = {name: probes_in(asked[name]) - probes_in(samples[name]) for name in asked}
    figures = {suite.name: suite.summarise(samples[suite.name]) for suite in suites}
    adherence = samples[ADHERENCE]
    paired, changes = _by_training(role, adherence)
    kept_all = {arm: _kept_all(of_arm) for arm, of_arm in adherence.items()}
    objections = [each.as_record(ADHERENCE) for each in rule_objections(changes)]
    for suite in suites:
        objections += [each.as_record(suite.name) for each in suite.objections(figures[suite.name])]
    verdict, reason = decide(paired, kept_all, [each["text"] for each in objections])
    if trained_prompts:
        reason += f" But {trained_prompts} of the prompts were trained on: they are not held out."
    remarks = [text for suite in suites for text in suite.remarks(figures[suite.name])]
    reason += "".join(f" {remark}." for remark in remarks) + caveat(judge)
    return {
        "schema": SCHEMA,
        "role": role.name,
        "target": target,
        "samples": sum(
            len(of_arm) for of_suite in samples.values() for of_arm in of_suite.values()
        ),
        "trained_prompts": trained_prompts,
        "does_not_fit": {suite: number for suite, number in left_out.items() if number},
        "arms": figures.pop(ADHERENCE),
        "suites": figures,
        "paired": paired and _paired_record(paired, changes),
        "objections": objections,
        "remedies": remedies(objections),
        "judge": judge,
        "verdict": verdict,
        "reason": reason,
        "advice": advise(adherence.get(TUNED_ROLE, [])),
        "thresholds": [threshold.judge(samples_of_target(samples)) for threshold in thresholds],
    }


def _paired_record(paired: PairedDifference, changes: RuleChanges) -> dict[str, Any]:
    arms = {"baseline": BASE_ROLE, "treatment": TUNED_ROLE}
    return {**arms, **asdict(paired), "rules": records_of(changes)}


def _by_training(
    role: RoleFile, adherence: Mapping[str, Sequence[Sample]]
) -> tuple[PairedDifference | None, RuleChanges]:
    """What training added to the prompt, on all rules and on each; nothing without a tuned arm."""
    if TUNED_ROLE not in adherence:
        return None, {}
    paired = paired_difference(
        [sample.kept_all for sample in adherence[TUNED_ROLE]],
        [sample.kept_all for sample in adherence[BASE_ROLE]],
    )
    return paired, rule_changes(role, adherence)


def _kept_all(samples: Sequence[Sample]) -> float:
    return sum(sample.kept_all for sample in samples) / len(samples)
