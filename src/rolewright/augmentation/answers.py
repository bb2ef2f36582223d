"""The base model's answers to twins, written down as they come, so that a killed run goes on."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rolewright.augmentation.twins import Twin
from rolewright.bundle.write import write_text
from rolewright.errors import UserError
from rolewright.file_hash import hash_text

if TYPE_CHECKING:  # they need torch, which is imported late
    from rolewright.generation.chat_model import Answer, ChatModel


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the base model answers.

    Attributes:
        max_new_tokens: limit on an answer's length.
        batch_size: prompts decoded together.
        temperature: 0 = greedy.
        seed: of the draws, where it is not.
    """

    max_new_tokens: int
    batch_size: int = 32
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class BaseAnswer:
    """What the base model answered.

    Attributes:
        text: without white space around it; may be empty.
        cut: whether the token limit cut it.
    """

    text: str
    cut: bool


@dataclass(slots=True)
class UnfinishedRun:
    """The answers of a run that has not been written yet, in a file beside its output.

    The first line identifies the run; each other one holds an answer and the twin's number.

    Attributes:
        file: need not exist.
        answers: by number.
    """

    file: Path
    answers: dict[int, BaseAnswer] = field(default_factory=dict)

    @classmethod
    def open(cls, file: Path, plan: str) -> "UnfinishedRun":
        """Begin a run, or go on with the one that lies there.

        Args:
            file: of the run.
            plan: a text that decides every answer.

        Raises:
            UserError: the run that lies there is another.
        """
        run = cls(file)
        header = json.dumps({"plan": hash_text(plan)}) + "\n"
        text = file.read_text("utf-8", errors="replace") if file.exists() else ""
        if not (text.startswith(header) or header.startswith(text)):
            raise UserError.at(
                file,
                "an unfinished run with other data, model or settings lies here",
                expected="the run that was interrupted",
                fix="run it again as it was; or delete this file, or choose another path for --out",
            )
        whole = text[: text.rfind("\n") + 1]  # a kill may have cut the last line short
        for line in whole.splitlines()[1:]:
            entry = json.loads(line)
            number = entry.pop("twin")
            run.answers[number] = BaseAnswer(**entry)
        if not whole or whole != text:
            write_text(file, whole or header)
        return run

    def add(self, answers: dict[int, BaseAnswer]) -> None:
        """Write answers down."""
        lines = [json.dumps({"twin": n, **asdict(answer)}) + "\n" for n, answer in answers.items()]
        with self.file.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write("".join(lines))
        self.answers |= answers


def describe_plan(twins: Sequence[Twin], fingerprint: str, decoding: Decoding) -> str:
    """All that decides the answers to twins, as one text."""
    asked = [(twin.system, [m.content for m in twin.messages], twin.kind) for twin in twins]
    return json.dumps([asked, fingerprint, asdict(decoding)])


def answer_twins(
    model: "ChatModel",
    twins: Sequence[Twin],
    decoding: Decoding,
    run: UnfinishedRun,
    on_answers: Callable[[int], None],
) -> None:
    """Let the base model answer all twins that ``run`` has no answer to.

    Batches are the same however often the run was interrupted, and so are the answers.

    Args:
        model: the base model.
        twins: that need an answer of its own.
        decoding: how.
        run: takes the answers.
        on_answers: told how many more there are.

    Raises:
        UserError: a prompt and its answer do not fit into the model's context.
    """
    from rolewright.generation.sampling import Sampling

    # Like with like: less padding, and one system message computed once.
    order = sorted(
        range(len(twins)),
        key=lambda n: (twins[n].kind, twins[n].system or "", len(twins[n].messages[0].content)),
    )
    for first in range(0, len(order), decoding.batch_size):
        batch = order[first : first + decoding.batch_size]
        if any(number not in run.answers for number in batch):
            answers = model.answer(
                [twins[number].conversation() for number in batch],
                max_new_tokens=decoding.max_new_tokens,
                batch_size=decoding.batch_size,
                sampling=Sampling(decoding.temperature, seed=decoding.seed + first),
            )
            run.add(dict(zip(batch, map(_as_said, answers), strict=True)))
        on_answers(len(batch))


def _as_said(answer: "Answer") -> BaseAnswer:
    # The limit may cut within a character, which then reads U+FFFD.
    return BaseAnswer(answer.text.rstrip("\ufffd").rstrip(), cut=not answer.generation.stopped)
