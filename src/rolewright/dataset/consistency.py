"""Whether the same prompt is answered in the same way."""

from collections.abc import Iterator
from typing import Any

from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row
from rolewright.dataset.text_hash import hash_texts
from rolewright.errors import Place
from rolewright.finding import Finding


class Consistency:
    """Finds prompts that stand several times, with different answers."""

    def __init__(self) -> None:
        self._answered: dict[bytes, tuple[Place, set[bytes]]] = {}
        self._contradicting = Occurrences("RW401")

    def add(self, row: Row) -> Iterator[Finding]:
        """RW401 of a row whose prompt has had another answer."""
        conversation = row.conversation
        prompt = hash_texts((row.system, *(m.content for m in conversation.prompt)))
        answer = hash_texts((conversation.answer,))
        place, answers = self._answered.setdefault(prompt, (conversation.place, set()))
        if answers and answer not in answers and self._contradicting.add(conversation.place):
            yield Finding(
                "RW401",
                conversation.place,
                f"the same prompt as at {place}, with another answer",
                "keep one of the two",
            )
        answers.add(answer)

    def finish(self) -> Iterator[Finding]:
        """How many more there are than were listed."""
        return self._contradicting.count_unlisted()

    def figures(self) -> dict[str, Any]:
        """Where rows stand whose prompt has had another answer before."""
        return {"contradicting_at": self._contradicting.figures()}
