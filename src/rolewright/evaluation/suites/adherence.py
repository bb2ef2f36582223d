"""Adherence: the role's rules on held-out prompts (CSR and ISR of SysBench, arXiv 2408.10943)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.arms import BASE, BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import proportion
from rolewright.evaluation.targets.target import Reply
from rolewright.generation.sampling import GREEDY, Sampling
from rolewright.role.schema import RoleFile
from rolewright.verifiers import Verdict

ADHERENCE = "adherence"


@dataclass(frozen=True, slots=True)
class Adherence:
    """Every arm answers the held-out prompts.

    Attributes:
        role: its rules judge.
        probes: one a prompt.
    """

    role: RoleFile
    probes: Sequence[Probe]
    name: str = ADHERENCE
    sampling: Sampling = GREEDY

    @classmethod
    def of(cls, role: RoleFile, prompts: Sequence[Conversation]) -> "Adherence":
        """On prompts that ``prompts_under_role`` chose."""
        return cls(role, [Probe.of(prompt) for prompt in prompts])

    def runs_in(self, arm: str) -> bool:
        """In those that tell what training added to the prompt."""
        return arm in {BASE, BASE_ROLE, TUNED_ROLE}

    def judge(
        self, probe: Probe, turn: int, conversation: Conversation, reply: Reply
    ) -> dict[str, Verdict]:
        """By the role's rules that apply to the scenario."""
        return judge_by_rules(self.role, conversation, reply)

    def summarise(self, samples: Mapping[str, Sequence[Sample]]) -> dict[str, Any]:
        """By arm, see ``arm_figures``."""
        return {arm: arm_figures(self.role, of_arm) for arm, of_arm in samples.items()}

    def objections(self, figures: Mapping[str, Any]) -> list[str]:
        """None: the verdict begins with this suite's figures."""
        return []


def judge_by_rules(role: RoleFile, conversation: Conversation, reply: Reply) -> dict[str, Verdict]:
    """Verdicts of the rules that apply to a conversation's scenario, by id."""
    return {
        rule.id: rule.check(reply.text, conversation)
        for rule in role.rules_for(conversation.scenario)
    }


def arm_figures(role: RoleFile, samples: Sequence[Sample]) -> dict[str, Any]:
    """What an arm's samples say of the rules.

    Returns:
        ``system``, ``prompts``, ``rules`` (each ``id``, ``check``, ``passed``, ``total``, ``rate``,
        ``low``, ``high``), ``csr`` (share of rule checks passed) and ``isr`` (share of prompts with
        every rule kept) with ``isr_low`` and ``isr_high``. Rates lie in [0, 1] and are None where
        nothing was judged; intervals are 95%.
    """
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
