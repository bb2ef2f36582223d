"""A question with the model's own answer to it."""

from pydantic import BaseModel, ConfigDict


class GradedAnswer(BaseModel):
    """A graded answer and its raw scores, as a bundle keeps them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    scenario: str | None = None
    question: str
    """As ``asked.question_text`` gives it."""
    expected: tuple[str, ...]
    """Accepted answers; empty where the answer came graded."""
    answer: str
    correct: bool
    scores: dict[str, float]
    """Raw, by the names in ``scores``; "head" is of a head that was fitted without this answer."""
    confidence: float | None = None
    """Held out: of a map that was fitted without this answer."""
