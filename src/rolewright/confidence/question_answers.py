"""Let a model answer graded questions."""

from collections.abc import Callable, Sequence

from rolewright.confidence.calibrate import GradedAnswer
from rolewright.confidence.grade import grade
from rolewright.confidence.softmax import softmax_scores
from rolewright.conversations.questions import Question
from rolewright.generation.chat_model import Answer, ChatModel
from rolewright.role.resolve import resolve_system


def answer_questions(
    model: ChatModel,
    questions: Sequence[Question],
    *,
    role_system: str | None,
    max_new_tokens: int,
    batch_size: int = 32,
    on_answers: Callable[[int], None],
) -> list[GradedAnswer]:
    """Answer each question under its effective system message, and grade the answer.

    Args:
        model: greedy answers of this one.
        questions: in any order.
        role_system: system text of questions that have none of their own.
        max_new_tokens: limit on an answer's length.
        batch_size: questions decoded together.
        on_answers: told how many answers have become ready.

    Returns:
        In the questions' order.
    """

    def ready(batch: dict[int, Answer]) -> None:
        on_answers(len(batch))

    answers = model.answer(
        [resolve_system(question.conversation, role_system) for question in questions],
        max_new_tokens=max_new_tokens,
        batch_size=batch_size,
        on_answers=ready,
    )
    return [
        GradedAnswer(
            id=question.conversation.id,
            question=question.conversation.prompt[-1].content,
            expected=question.answers,
            answer=answer.text,
            correct=grade(question, answer.text),
            scores=softmax_scores(answer.generation),
        )
        for question, answer in zip(questions, answers, strict=True)
    ]
