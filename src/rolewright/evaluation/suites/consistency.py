"""Consistency: whether the role holds every time that the same prompt is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import comb
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import bounded_mean
from rolewright.evaluation.suites.adherence import judge_by_rules
from rolewright.evaluation.targets.target import Reply
from rolewright.generation.sampling import Sampling
from rolewright.role.schema import RoleFile
from rolewright.verifiers import Verdict

CONSISTENCY = "consistency"


@dataclass(frozen=True, slots=True)
class Consistency:
    """Each prompt is asked several times, and replies are drawn.

    Attributes:
        role: its rules judge.
        probes: the prompts, each as often as it is asked.
        together: k of pass^k.
        sampling: of the replies; a temperature above 0.
    """

    role: RoleFile
    probes: Sequence[Probe]
    together: int
    sampling: Sampling
    name: str = CONSISTENCY

    @classmethod
    def of(
        cls,
        role: RoleFile,
        prompts: Sequence[Conversation],
        *,
        times: int = 8,
        together: int = 4,
        temperature: float = 0.7,
        seed: int = 0,
    ) -> "Consistency":
        """Ask prompts that ``prompts_under_role`` chose so many times each.

        Raises:
            ValueError: fewer times than are taken together.
        """
        if times < together:
            raise ValueError(f"{times} replies to a prompt say nothing of {together} together")
        probes = [
            replace(probe, id=f"{probe.id}#{time + 1}", cluster=probe.id)
            for probe in map(Probe.of, prompts)
            for time in range(times)
        ]
        return cls(role, probes, together, Sampling(temperature=temperature, seed=seed))

    def runs_in(self, arm: str) -> bool:
        """Where the role is in force."""
        return arm in {BASE_ROLE, TUNED_ROLE}

    def judge(
        self, probe: Probe, turn: int, conversation: Conversation, reply: Reply
    ) -> dict[str, Verdict]:
        """By the role's rules that apply to the scenario."""
        return judge_by_rules(self.role, conversation, reply)

    def summarise(self, samples: Mapping[str, Sequence[Sample]]) -> dict[str, Any]:
        """By arm: ``prompts``, ``times``, and pass^k by k, the mean over prompts.

        pass^k is the chance that k replies to a prompt keep every rule, estimated without bias
        from n of them, c of which do, as C(c, k) / C(n, k) (Yao et al. 2024, arXiv 2406.12045,
        section 4). pass^1 is the share of replies that keep every rule. Each has ``rate``, ``low``
        and ``high``; intervals are 95%, over prompts.
        """
        return {arm: self._figures(of_arm) for arm, of_arm in samples.items()}

    def objections(self, figures: Mapping[str, Any]) -> list[str]:
        """None: how often a drawn reply may break a rule is the user's to say."""
        return []

    def _figures(self, samples: Sequence[Sample]) -> dict[str, Any]:
        kept = [
            [sample.kept_all for sample in of_prompt]
            for _, of_prompt in groupby(samples, key=lambda sample: sample.cluster)
        ]
        times = len(kept[0])
        powers = {}
        for k in sorted({1, self.together}):
            mean = bounded_mean([comb(sum(each), k) / comb(len(each), k) for each in kept])
            powers[str(k)] = {"rate": mean.rate, "low": mean.low, "high": mean.high}
        return {"prompts": len(kept), "times": times, "pass_power": powers}
