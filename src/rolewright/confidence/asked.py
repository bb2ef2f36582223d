"""What was asked, and when two questions are the same one."""

from collections.abc import Sequence

from rolewright.confidence.grade import normalise
from rolewright.conversations.conversation import Message


def question_text(prompt: Sequence[Message]) -> str:
    """What a model is asked, as one text: the user's turn, or all turns with their speakers.

    Args:
        prompt: turns, the last of them a user's.
    """
    if len(prompt) == 1:
        return prompt[0].content
    return "\n\n".join(f"{turn.role}: {turn.content}" for turn in prompt)


def question_key(question: str) -> str:
    """The same for questions that differ in case, accents, white space or closing marks alone.

    Args:
        question: as ``question_text`` gives it.
    """
    return normalise(question) or question
