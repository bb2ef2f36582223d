"""Let a model answer graded questions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rolewright.confidence.asked import question_text
from rolewright.confidence.grade import grade
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.scorer import SOFTMAX_ONLY, Scorer, read_features
from rolewright.confidence.stopwatch import DECODING, Stopwatch
from rolewright.conversations.questions import Question
from rolewright.generation.chat_model import Answer, ChatModel
from rolewright.generation.trace import Trace
from rolewright.role.resolve import resolve_system


@dataclass(frozen=True, slots=True)
class AnsweredQuestions:
    """Graded answers, in the questions' order.

    Attributes:
        graded: with their raw scores.
        features: what a head reads, shape (answers, inputs); None where nothing was tapped.
        milliseconds: what an answer took, the mean over all: ``"decoding"``, and what each route
            of ``scores.ROUTES`` that was computed added. Wall time, a batch's shared among its
            answers; what is kept for head and dropout while decoding counts as decoding.
    """

    graded: list[GradedAnswer]
    features: NDArray[np.float32] | None
    milliseconds: dict[str, float]


def answer_questions(
    model: ChatModel,
    questions: Sequence[Question],
    *,
    role_system: str | None,
    max_new_tokens: int,
    batch_size: int = 32,
    scorer: Scorer = SOFTMAX_ONLY,
    on_answers: Callable[[int], None],
) -> AnsweredQuestions:
    """Answer each question under its effective system message, and grade and score the answer.

    Args:
        model: greedy answers of this one.
        questions: in any order, at least one.
        role_system: system text of questions that have none of their own.
        max_new_tokens: limit on an answer's length.
        batch_size: questions decoded together.
        scorer: what to compute of each answer.
        on_answers: told how many answers have become ready.

    Raises:
        UserError: an answer, or what is asked about it, does not fit into the model's context.
    """
    scores: dict[int, dict[str, float]] = {}
    features: dict[int, NDArray[np.float32]] = {}
    conversations = [resolve_system(question.conversation, role_system) for question in questions]
    scorer.check_room(model, conversations, max_new_tokens=max_new_tokens)
    watch = Stopwatch()
    model = model.having_read(conversations, max_new_tokens=max_new_tokens)

    def ready(batch: dict[int, Answer]) -> None:
        watch.lap(DECODING)
        for index, answer in batch.items():
            scores[index] = {}
            for route, found in scorer.scores_by_route(model.model, answer.generation):
                watch.lap(route)
                scores[index] |= found
            if scorer.head_layers:
                features[index] = read_features(answer.generation.trace)
            answer.generation.trace = Trace()  # of all questions together they would be large
            watch.start()
        asked = [conversations[index] for index in batch]
        for route, of_batch in scorer.asked_by_route(
            model, asked, list(batch.values()), max_new_tokens=max_new_tokens
        ):
            watch.lap(route)
            for index, found in zip(batch, of_batch, strict=True):
                scores[index] |= found
        on_answers(len(batch))
        watch.start()

    answers = model.answer(
        conversations,
        max_new_tokens=max_new_tokens,
        batch_size=batch_size,
        responses=[question.response for question in questions],
        tap=scorer.tap(model.model),
        on_answers=ready,
    )
    graded = [
        GradedAnswer(
            id=question.conversation.id,
            scenario=question.conversation.scenario,
            question=question_text(question.conversation.prompt),
            expected=question.answers,
            answer=answer.text,
            correct=grade(question, answer.text),
            scores=scores[index],
        )
        for index, (question, answer) in enumerate(zip(questions, answers, strict=True))
    ]
    rows = [features[index] for index in range(len(graded))] if features else None
    milliseconds = {part: 1000 * spent / len(graded) for part, spent in watch.seconds.items()}
    return AnsweredQuestions(graded, None if rows is None else np.stack(rows), milliseconds)
