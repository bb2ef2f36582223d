"""One reply of one arm, judged; a line of the log."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place
from rolewright.evaluation.targets.target import Reply
from rolewright.verifiers import Verdict

Key = tuple[str, str, str, int]
"""Suite, arm, probe and turn: no sample of a run has another's."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One reply of one arm to one turn of a probe, judged.

    Attributes:
        suite, arm: their names.
        conversation: the prompt, with the system message that the arm gave it.
        reply: what the model answered.
        verdicts: by rule id or by the suite's own name of a check; none where it was not asked.
        seconds: wall time of its batch divided by the batch's size.
        turn: which of the probe's turns, from 0.
        cluster: see ``Probe``.
        facts: see ``Probe``.
    """

    suite: str
    arm: str
    conversation: Conversation
    reply: Reply
    verdicts: dict[str, Verdict]
    seconds: float
    turn: int
    cluster: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What names it among all samples of a run."""
        return self.suite, self.arm, self.conversation.id, self.turn

    @property
    def kept_all(self) -> bool:
        """Whether every check was passed."""
        return all(verdict.passed for verdict in self.verdicts.values())

    def as_record(self) -> dict[str, Any]:
        """One line of ``log.jsonl``."""
        return {
            "suite": self.suite,
            "arm": self.arm,
            "id": self.conversation.id,
            "turn": self.turn,
            "cluster": self.cluster,
            "scenario": self.conversation.scenario,
            "system": self.conversation.system,
            "messages": [
                {"role": message.role, "content": message.content}
                for message in self.conversation.prompt
            ],
            "output": self.reply.text,
            "prompt_tokens": self.reply.prompt_tokens,
            "output_tokens": self.reply.output_tokens,
            "stopped": self.reply.stopped,
            "fits": self.reply.fits,
            "control_tokens": self.reply.control_tokens,
            "bits": self.reply.bits,
            "verdicts": [{"rule": id_, **asdict(v)} for id_, v in self.verdicts.items()],
            "facts": dict(self.facts),
            "seconds": round(self.seconds, 4),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any], place: Place) -> "Sample":
        """Read what ``as_record`` gives.

        Raises:
            KeyError: a key is missing.
        """
        messages = tuple(Message(turn["role"], turn["content"]) for turn in record["messages"])
        verdicts = {
            each["rule"]: Verdict(
                each["passed"], each["evidence"], each["span"] and (*each["span"],)
            )
            for each in record["verdicts"]
        }
        return cls(
            suite=record["suite"],
            arm=record["arm"],
            conversation=Conversation(
                messages, record["system"], record["id"], place, record["scenario"]
            ),
            reply=Reply(
                record["output"],
                record["prompt_tokens"],
                record["output_tokens"],
                record["stopped"],
                record["fits"],
                record["control_tokens"],
                record["bits"],
            ),
            verdicts=verdicts,
            seconds=record["seconds"],
            turn=record["turn"],
            cluster=record["cluster"],
            facts=record["facts"],
        )
