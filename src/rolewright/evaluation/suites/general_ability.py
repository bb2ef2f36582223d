"""General ability: what training cost the model on questions that the role has no part in."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rolewright.confidence.grade import grade
from rolewright.conversations.conversation import Conversation
from rolewright.conversations.questions import Question
from rolewright.evaluation.arms import BASE, TUNED
from rolewright.evaluation.probe import Probe
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import paired_difference, proportion
from rolewright.evaluation.targets.target import Reply
from rolewright.generation.sampling import GREEDY, Sampling
from rolewright.verifiers import Verdict

GENERAL_ABILITY = "general_ability"
CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class GeneralAbility:
    """The user's own graded questions, to the base model and to the tuned one, without the role.

    Attributes:
        questions: by probe id.
        probes: one a question.
        margin: how much worse, as a share of the questions, still counts as no worse.
    """

    questions: Mapping[str, Question]
    probes: Sequence[Probe]
    margin: float
    name: str = GENERAL_ABILITY
    sampling: Sampling = GREEDY

    @classmethod
    def of(cls, questions: Sequence[Question], margin: float = 0.02) -> "GeneralAbility":
        """Ask questions that have no graded response yet."""
        probes = [
            replace(Probe.of(question.conversation), facts={"answers": list(question.answers)})
            for question in questions
        ]
        named = {probe.id: question for probe, question in zip(probes, questions, strict=True)}
        return cls(named, probes, margin)

    def runs_in(self, arm: str) -> bool:
        """In the base model and the tuned one, both without the role."""
        return arm in {BASE, TUNED}

    def judge(
        self, probe: Probe, turn: int, conversation: Conversation, reply: Reply
    ) -> dict[str, Verdict]:
        """By the question's own answers."""
        question = self.questions[probe.id]
        right = grade(question, reply.text)
        wanted = " or ".join(question.answers)
        return {CORRECT: Verdict(right, f"{'is' if right else 'is not'} {wanted}")}

    def summarise(self, samples: Mapping[str, Sequence[Sample]]) -> dict[str, Any]:
        """By arm the share of right answers, and whether the tuned model is no worse.

        ``difference`` (None without a tuned arm) is tuned less base, paired by question, with its
        95% interval. ``no_worse`` says whether the whole interval lies above ``-margin``
        (non-inferiority).
        """
        arms = {
            arm: asdict(proportion([sample.kept_all for sample in of_arm]))
            for arm, of_arm in samples.items()
        }
        difference = None
        if TUNED in samples:
            difference = paired_difference(
                [sample.kept_all for sample in samples[TUNED]],
                [sample.kept_all for sample in samples[BASE]],
            )
        return {
            "arms": arms,
            "margin": self.margin,
            "difference": None if difference is None else asdict(difference),
            "no_worse": None if difference is None else difference.low > -self.margin,
        }

    def objections(self, figures: Mapping[str, Any]) -> list[str]:
        """What stands against "took hold": that the tuned model may have lost too much."""
        if figures["no_worse"] in {None, True}:
            return []
        found = figures["difference"]
        return [
            f"general ability: {100 * found['difference']:+.0f} points on {found['pairs']} "
            f"questions (95% interval {100 * found['low']:+.0f} to {100 * found['high']:+.0f}); "
            f"a loss of more than {100 * self.margin:.0f} is not ruled out"
        ]
