"""Adherence: the role's rules on held-out prompts, arm by arm."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.arms import Arm
from rolewright.generation.chat_model import Answer
from rolewright.role.schema import RoleFile
from rolewright.verifiers import Verdict


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer of one arm, judged.

    Attributes:
        arm: its name.
        conversation: the prompt, with the system message that the arm gave it.
        answer: what the model wrote.
        verdicts: by rule id, of the rules that apply.
        seconds: wall time of its batch divided by the batch's size.
    """

    arm: str
    conversation: Conversation
    answer: Answer
    verdicts: dict[str, Verdict]
    seconds: float

    @property
    def kept_all(self) -> bool:
        """Whether every rule that applies was kept."""
        return all(verdict.passed for verdict in self.verdicts.values())

    def as_record(self) -> dict[str, Any]:
        """One line of ``log.jsonl``."""
        return {
            "arm": self.arm,
            "id": self.conversation.id,
            "scenario": self.conversation.scenario,
            "system": self.conversation.system,
            "messages": [
                {"role": message.role, "content": message.content}
                for message in self.conversation.prompt
            ],
            "output": self.answer.text,
            "prompt_tokens": self.answer.prompt_tokens,
            "output_tokens": len(self.answer.tokens),
            "stopped": self.answer.generation.stopped,
            "verdicts": [{"rule": id_, **asdict(v)} for id_, v in self.verdicts.items()],
            "seconds": round(self.seconds, 4),
        }


def run_arm(
    arm: Arm,
    role: RoleFile,
    prompts: Sequence[Conversation],
    *,
    max_new_tokens: int,
    batch_size: int,
    on_samples: Callable[[list[Sample]], None],
) -> list[Sample]:
    """Let one arm answer all prompts, and judge each answer by the rules that apply.

    Args:
        arm: which weights, with or without the role.
        role: its rules judge.
        prompts: without a system message.
        max_new_tokens: limit on an answer's length.
        batch_size: prompts decoded together.
        on_samples: told of the samples of each batch as soon as they are judged.

    Returns:
        One sample a prompt, in the prompts' order.
    """
    system = role.system if arm.with_role else None
    conversations = [replace(prompt, system=system) for prompt in prompts]
    samples: dict[int, Sample] = {}
    start = time.monotonic()

    def judge(answers: dict[int, Answer]) -> None:
        nonlocal start
        now = time.monotonic()
        judged = {
            index: _judge(arm, role, conversations[index], answer, (now - start) / len(answers))
            for index, answer in answers.items()
        }
        samples.update(judged)
        on_samples(list(judged.values()))
        start = time.monotonic()

    with arm.weights() as model:
        model.answer(
            conversations, max_new_tokens=max_new_tokens, batch_size=batch_size, on_answers=judge
        )
    return [samples[index] for index in range(len(conversations))]


def _judge(
    arm: Arm, role: RoleFile, conversation: Conversation, answer: Answer, seconds: float
) -> Sample:
    verdicts = {
        rule.id: rule.check(answer.text, conversation)
        for rule in role.rules_for(conversation.scenario)
    }
    return Sample(arm.name, conversation, answer, verdicts, seconds)
