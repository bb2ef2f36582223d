"""Evaluation prompts that are trained on."""

from collections.abc import Iterable, Iterator
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.row import Row
from rolewright.dataset.text_hash import hash_texts
from rolewright.errors import Place
from rolewright.finding import Finding


class Leakage:
    """Finds prompts of the evaluation data that stand in the training data."""

    def __init__(self, evaluation: Iterable[Conversation]) -> None:
        self._held_out: list[tuple[bytes, Place]] = [
            (_hash_prompt(conversation), conversation.place) for conversation in evaluation
        ]
        self._wanted = {prompt for prompt, _ in self._held_out}
        self._trained: dict[bytes, Place] = {}

    def add(self, row: Row) -> Iterator[Finding]:
        """Note a row; what leaks is said of the evaluation data."""
        prompt = _hash_prompt(row.conversation)
        if prompt in self._wanted:
            self._trained[prompt] = row.conversation.place
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """RW501 of each evaluation prompt that is trained on."""
        for prompt, place in self._held_out:
            if prompt in self._trained:
                yield Finding(
                    "RW501",
                    place,
                    f"this prompt is trained on at {self._trained[prompt]}",
                    "remove it from one of the two files",
                )

    def figures(self) -> dict[str, Any]:
        """How many evaluation prompts there are, and how many are trained on."""
        leaked = sum(prompt in self._trained for prompt, _ in self._held_out)
        return {"held_out": len(self._held_out), "leaked": leaked}


def _hash_prompt(conversation: Conversation) -> bytes:
    return hash_texts(message.content for message in conversation.prompt)
