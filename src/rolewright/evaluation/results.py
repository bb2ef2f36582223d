"""The public shape of an evaluation's results, ``rolewright.eval/1``."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.judge.judging import caveat
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import PairedDifference, paired_difference
from rolewright.evaluation.suites.adherence import ADHERENCE
from rolewright.evaluation.suites.suite import Suite
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
    judge: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Sum an evaluation up.

    Args:
        role: whose rules judged.
        target: the bundle or model, as the user named it.
        suites: that ran, adherence among them.
        samples: by suite and arm; adherence has the same prompts in the same order in each arm.
        trained_prompts: how many of the prompts were trained on.
        judge: as ``judge_figures`` gives it; None where the role has no judged rules.

    Returns:
        ``schema``, ``role``, ``target``, ``samples`` (how many), ``trained_prompts``, ``arms`` (by
        name, what adherence found: see ``suites.adherence.arm_figures``), ``suites`` (by name, the
        figures of the others), ``paired`` (tuned against base with role, on whether all rules were
        kept; None without a tuned arm), ``judge``, ``verdict`` and ``reason``.
    """
    figures = {suite.name: suite.summarise(samples[suite.name]) for suite in suites}
    objections = [text for suite in suites for text in suite.objections(figures[suite.name])]
    adherence = samples[ADHERENCE]
    paired: PairedDifference | None = None
    if TUNED_ROLE in adherence:
        paired = paired_difference(
            [sample.kept_all for sample in adherence[TUNED_ROLE]],
            [sample.kept_all for sample in adherence[BASE_ROLE]],
        )
    kept_all = {arm: _kept_all(of_arm) for arm, of_arm in adherence.items()}
    verdict, reason = decide(paired, kept_all, objections)
    if trained_prompts:
        reason += f" But {trained_prompts} of the prompts were trained on: they are not held out."
    reason += caveat(judge)
    return {
        "schema": SCHEMA,
        "role": role.name,
        "target": target,
        "samples": sum(
            len(of_arm) for of_suite in samples.values() for of_arm in of_suite.values()
        ),
        "trained_prompts": trained_prompts,
        "arms": figures.pop(ADHERENCE),
        "suites": figures,
        "paired": None
        if paired is None
        else {"baseline": BASE_ROLE, "treatment": TUNED_ROLE, **asdict(paired)},
        "judge": judge,
        "verdict": verdict,
        "reason": reason,
    }


def _kept_all(samples: Sequence[Sample]) -> float:
    return sum(sample.kept_all for sample in samples) / len(samples)
