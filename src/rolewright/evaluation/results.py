"""The public shape of an evaluation's results, ``rolewright.eval/1``."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rolewright.evaluation.adherence import Sample
from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.statistics import PairedDifference, paired_difference, proportion
from rolewright.evaluation.verdict import decide
from rolewright.role.schema import RoleFile

SCHEMA = "rolewright.eval/1"


def summarise(
    role: RoleFile,
    target: str,
    samples: Mapping[str, Sequence[Sample]],
    *,
    trained_prompts: int = 0,
) -> dict[str, Any]:
    """Sum an evaluation up.

    Args:
        role: whose rules judged.
        target: the bundle or model, as the user named it.
        samples: of each arm by name, on the same prompts in the same order.
        trained_prompts: how many of the prompts were trained on.

    Returns:
        ``schema``, ``role``, ``target``, ``samples`` (how many), ``trained_prompts``, ``arms`` (by
        name: ``system``, ``prompts``, ``rules`` with ``id``, ``check``, ``passed``, ``total``,
        ``rate``, ``low``, ``high``; ``csr``, the share of rule checks passed; ``isr``, the share of
        prompts with all rules kept, with ``isr_low`` and ``isr_high``), ``paired`` (tuned against
        base with role, on whether all rules were kept; None without a tuned arm), ``verdict`` and
        ``reason``. Rates lie in [0, 1] and are None where nothing was judged; intervals are 95%.
    """
    paired: PairedDifference | None = None
    if TUNED_ROLE in samples:
        paired = paired_difference(
            [sample.kept_all for sample in samples[TUNED_ROLE]],
            [sample.kept_all for sample in samples[BASE_ROLE]],
        )
    verdict, reason = decide(paired, {arm: _kept_all(of_arm) for arm, of_arm in samples.items()})
    if trained_prompts:
        reason += f" But {trained_prompts} of the prompts were trained on: they are not held out."
    return {
        "schema": SCHEMA,
        "role": role.name,
        "target": target,
        "samples": sum(map(len, samples.values())),
        "trained_prompts": trained_prompts,
        "arms": {arm: _arm(role, of_arm) for arm, of_arm in samples.items()},
        "paired": None
        if paired is None
        else {"baseline": BASE_ROLE, "treatment": TUNED_ROLE, **asdict(paired)},
        "verdict": verdict,
        "reason": reason,
    }


def _kept_all(samples: Sequence[Sample]) -> float:
    return sum(sample.kept_all for sample in samples) / len(samples)


def _arm(role: RoleFile, samples: Sequence[Sample]) -> dict[str, Any]:
    rules = []
    for rule in role.rules:
        verdicts = [s.verdicts[rule.id].passed for s in samples if rule.id in s.verdicts]
        rules.append({"id": rule.id, "check": rule.verifier.name, **asdict(proportion(verdicts))})
    constraints = proportion([v.passed for s in samples for v in s.verdicts.values()])
    prompts = proportion([sample.kept_all for sample in samples])
    return {
        "system": samples[0].conversation.system,
        "prompts": len(samples),
        "rules": rules,
        "csr": constraints.rate,
        "isr": prompts.rate,
        "isr_low": prompts.low,
        "isr_high": prompts.high,
    }
