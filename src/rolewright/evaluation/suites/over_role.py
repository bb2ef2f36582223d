"""Over-role: whether the tuned model plays the role where nobody asked for it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.arms import BASE, TUNED, TUNED_FOREIGN
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import paired_difference, proportion
from rolewright.evaluation.suites.adherence import judge_by_rules
from rolewright.evaluation.targets.target import Reply
from rolewright.generation.sampling import GREEDY, Sampling
from rolewright.role.schema import RoleFile
from rolewright.verifiers import Verdict

OVER_ROLE = "over_role"


@dataclass(frozen=True, slots=True)
class OverRole:
    """The held-out prompts without a system message and under another role's.

    A model that was only ever trained under one system message tends to play its role always
    (Lee et al. 2024, arXiv 2405.17977).

    Attributes:
        role: its rules judge, though nobody asked for them.
        probes: one a prompt.
    """

    role: RoleFile
    probes: Sequence[Probe]
    name: str = OVER_ROLE
    sampling: Sampling = GREEDY

    @classmethod
    def of(cls, role: RoleFile, prompts: Sequence[Conversation]) -> "OverRole":
        """On prompts that ``prompts_under_role`` chose."""
        return cls(role, [Probe.of(prompt) for prompt in prompts])

    def runs_in(self, arm: str) -> bool:
        """Where the role is not in force."""
        return arm in {BASE, TUNED, TUNED_FOREIGN}

    def judge(
        self, probe: Probe, turn: int, conversation: Conversation, reply: Reply
    ) -> dict[str, Verdict]:
        """By the role's rules that apply to the scenario."""
        return judge_by_rules(self.role, conversation, reply)

    def summarise(self, samples: Mapping[str, Sequence[Sample]]) -> dict[str, Any]:
        """By arm how often every rule is kept, and how much more often than by the base model.

        ``excess`` (of each tuned arm) is its difference from the base model without a role, paired
        by prompt, with its 95% interval. None of it should be above zero.
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

    def objections(self, figures: Mapping[str, Any]) -> list[str]:
        """None: a role that is meant to be in force always may be played always."""
        return []
