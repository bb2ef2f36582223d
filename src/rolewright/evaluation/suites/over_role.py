"""Over-role: whether the tuned model plays the role where nobody asked for it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.arms import BASE, TUNED, TUNED_FOREIGN
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.statistics import paired_difference, proportion
from rolewright.evaluation.suites.rules import by_rules
from rolewright.evaluation.suites.suite import Samples, Suite
from rolewright.role.schema import RoleFile

OVER_ROLE = "over_role"


def over_role(role: RoleFile, prompts: Sequence[Conversation]) -> Suite:
    """The held-out prompts without a system message and under another role's.

    A model that was only ever trained under one system message tends to play its role always
    (Lee et al. 2024, arXiv 2405.17977). No figure of it is an objection: a role that is meant to
    be in force always may be played always.

    Args:
        role: its rules judge, though nobody asked for them.
        prompts: as ``prompts_under_role`` chose them.
    """
    return Suite(
        name=OVER_ROLE,
        probes=[Probe.of(prompt) for prompt in prompts],
        arms=frozenset({BASE, TUNED, TUNED_FOREIGN}),
        judge=by_rules(role),
        summarise=_summarise,
        judged_rules=role.judged_rules,
    )


def _summarise(samples: Samples) -> dict[str, Any]:
    """By arm how often every rule is kept, and how much more often than by the base model.

    ``excess`` (of each tuned arm) is its difference from the base model without a role, paired by
    prompt, with its 95% interval. None of it should be above zero.
    """
    kept = {arm: [s.kept_all for s in of_arm] for arm, of_arm in samples.items()}
    return {
        "arms": {arm: asdict(proportion(outcomes)) for arm, outcomes in kept.items()},
        "excess": {
            arm: asdict(paired_difference(outcomes, kept[BASE]))
            for arm, outcomes in kept.items()
            if arm != BASE
        },
    }
