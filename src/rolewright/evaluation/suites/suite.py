"""What every suite gives: probes, a judgement of each reply, and figures."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.targets.target import Reply
from rolewright.generation.sampling import Sampling
from rolewright.verifiers import Verdict


class Suite(Protocol):
    """One question to a target.

    Attributes:
        name: a key of the results.
        probes: what is asked, at least one.
        sampling: how replies are decoded.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def probes(self) -> Sequence[Probe]: ...  # noqa: D102
    @property
    def sampling(self) -> Sampling: ...  # noqa: D102

    def runs_in(self, arm: str) -> bool:
        """Whether an arm of this name is asked."""
        ...

    def judge(
        self, probe: Probe, turn: int, conversation: Conversation, reply: Reply
    ) -> dict[str, Verdict]:
        """Judge the reply to a turn of a probe (from 0), by name of the check."""
        ...

    def summarise(self, samples: Mapping[str, Sequence[Sample]]) -> dict[str, Any]:
        """The suite's part of the results.

        Args:
            samples: of each arm by name; within an arm by probe and turn, in the probes' order.
        """
        ...

    def objections(self, figures: Mapping[str, Any]) -> list[str]:
        """What the suite's figures have against the verdict "took hold", a sentence each."""
        ...
