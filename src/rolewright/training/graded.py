"""Graded answers that a confidence head is trained on together with the model."""

import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rolewright.confidence.grade import grade
from rolewright.conversations.prompt_hash import hash_prompt
from rolewright.conversations.questions import Question, read_questions
from rolewright.errors import Fault, UserError
from rolewright.models.builtin import Say
from rolewright.role.resolve import resolve_system
from rolewright.role.schema import RoleFile
from rolewright.tokens.chatml import ChatEncoder
from rolewright.tokens.example import Example
from rolewright.training.config import TrainingConfig


@dataclass(frozen=True, slots=True)
class GradedAnswers:
    """Graded answers as token ids, of which nothing is trained token by token.

    Attributes:
        examples: prompt and answer, without the token that ends it: the model chooses that one and
            never reads it.
        prompt_tokens: length of each prompt.
        correct: whether each answer is right; both kinds are there.
        prompts: hashes of the prompts, as a bundle keeps them.
    """

    examples: tuple[Example, ...]
    prompt_tokens: tuple[int, ...]
    correct: tuple[bool, ...]
    prompts: frozenset[str]

    @property
    def hash(self) -> str:
        """Of all that decides a step: what resuming must find unchanged."""
        digest = hashlib.sha256()
        for example, prompt, correct in zip(
            self.examples, self.prompt_tokens, self.correct, strict=True
        ):
            digest.update(repr((len(example), prompt, correct)).encode())
            digest.update(example.turn_ids)
        return f"sha256:{digest.hexdigest()}"


def read_graded(
    config: TrainingConfig, encoder: ChatEncoder, role: RoleFile, say: Say
) -> GradedAnswers | None:
    """Read graded answers, and encode them as the model would have given them.

    Args:
        config: names the file, if a head is to be trained, and limits an answer's length.
        encoder: of the model that is trained.
        role: whose system message goes to questions that have none of their own.
        say: told how many there are, and how many are left out.

    Returns:
        None where no head is to be trained.

    Raises:
        UserError: a row is wrong or has no response, or they are all right or all wrong.
    """
    path = config.confidence_head.data
    if path is None or not config.confidence_head.trained:
        return None
    questions = read_questions([path], literal_control_tokens=role.literal_control_tokens)
    _require_responses(questions)
    encoded = [(each, *_encode(each, encoder, role)) for each in questions]
    kept = [each for each in encoded if len(each[1]) <= config.max_length_tokens]
    correct = tuple(grade(question, question.response or "") for question, _, _ in kept)
    if len(set(correct)) < 2:
        kind = "right" if any(correct) else "wrong"
        raise UserError.at(
            path,
            f"all {len(correct)} answers are {kind}" if correct else "no answer fits",
            expected="right and wrong ones of at most max_length_tokens tokens, hundreds of each",
            fix="add answers of the other kind" if correct else "raise max_length_tokens",
        )
    short = len(encoded) - len(kept)
    left_out = f"; {short} do not fit max_length_tokens and are left out" if short else ""
    share = sum(correct) / len(correct)
    say(
        f"{len(kept):,} graded answers train a confidence head, {share:.0%} of them right{left_out}"
    )
    return GradedAnswers(
        examples=tuple(example for _, example, _ in kept),
        prompt_tokens=tuple(prompt_tokens for _, _, prompt_tokens in kept),
        correct=correct,
        prompts=frozenset(hash_prompt(each.conversation.prompt) for each, _, _ in kept),
    )


def _require_responses(questions: Sequence[Question]) -> None:
    faults = [
        Fault(
            replace(question.conversation.place, key="response"),
            "missing",
            "the answer that a model gave",
            "a head learns from answers that were given; questions alone are for `calibrate`",
        )
        for question in questions
        if question.response is None
    ]
    if faults:
        raise UserError(*faults)


def _encode(question: Question, encoder: ChatEncoder, role: RoleFile) -> tuple[Example, int]:
    """Prompt and answer as ids, and the prompt's length."""
    conversation = resolve_system(question.conversation, role.system)
    prompt = encoder.encode_prompt(conversation.system, conversation.prompt)
    try:
        answer = encoder.encode_answer(question.response or "")
    except ValueError as error:
        place = replace(conversation.place, key="response")
        raise UserError(Fault(place, str(error), fix="leave its think block out")) from error
    example = Example(
        id=conversation.id,
        place=conversation.place,
        system=conversation.system,
        prefix_ids=array("i"),
        turn_ids=array("i", [*prompt, *answer[:-1]]),
        trained=(),
        truncated=False,
        turns=len(conversation.prompt) + 1,
    )
    return example, len(prompt)
