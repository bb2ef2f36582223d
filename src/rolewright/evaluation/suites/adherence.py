"""Adherence: the role's rules on held-out prompts (CSR and ISR of SysBench, arXiv 2408.10943)."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.arms import BASE, BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import proportion
from rolewright.evaluation.suites.rules import by_rules
from rolewright.evaluation.suites.suite import Suite
from rolewright.role.schema import RoleFile
from rolewright.verifiers.registry import JUDGED

ADHERENCE = "adherence"


def adherence(role: RoleFile, prompts: Sequence[Conversation]) -> Suite:
    """The arms that tell what training added to the prompt answer the held-out prompts.

    The verdict begins with its figures (``arm_figures``, by arm), so that it objects to nothing.

    Args:
        role: its rules judge.
        prompts: as ``prompts_under_role`` chose them.
    """
    return Suite(
        name=ADHERENCE,
        probes=[Probe.of(prompt) for prompt in prompts],
        arms=frozenset({BASE, BASE_ROLE, TUNED_ROLE}),
        judge=by_rules(role),
        summarise=lambda samples: {arm: arm_figures(role, each) for arm, each in samples.items()},
        judged_rules=role.judged_rules,
    )


def arm_figures(role: RoleFile, samples: Sequence[Sample]) -> dict[str, Any]:
    """What an arm's samples say of the rules.

    Returns:
        ``system``, ``prompts``, ``rules`` (each ``id``, ``check``, ``passed``, ``total``, ``rate``,
        ``low``, ``high``; a judged rule has a total only where it counts), ``csr`` (share of rule
        checks passed) and ``isr`` (share of prompts with every rule kept) with ``isr_low`` and
        ``isr_high``. Rates lie in [0, 1] and are None where nothing was judged; intervals are 95%.
    """
    rules = []
    checks = [(rule.id, rule.verifier.name) for rule in role.rules]
    for id_, check in [*checks, *((rule.id, JUDGED) for rule in role.judged_rules)]:
        verdicts = [s.verdicts[id_].passed for s in samples if id_ in s.verdicts]
        rules.append({"id": id_, "check": check, **asdict(proportion(verdicts))})
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
