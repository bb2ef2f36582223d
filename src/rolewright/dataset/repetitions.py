"""Conversations that stand several times."""

from collections.abc import Iterator
from typing import Any

from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row
from rolewright.dataset.text_hash import hash_texts
from rolewright.errors import Place
from rolewright.finding import Finding


class Repetitions:
    """Finds rows with the same system message and texts as an earlier one."""

    def __init__(self) -> None:
        self._first: dict[bytes, Place] = {}
        self._repeated = Occurrences("RW301")

    def add(self, row: Row) -> Iterator[Finding]:
        """RW301 of a row that has stood before."""
        place = row.conversation.place
        texts = (message.content for message in row.conversation.messages)
        earlier = self._first.setdefault(hash_texts((row.system, *texts)), place)
        if earlier is not place and self._repeated.add(place):
            yield Finding("RW301", place, f"the same conversation as at {earlier}", "remove it")

    def finish(self) -> Iterator[Finding]:
        """How many more there are than were listed."""
        return self._repeated.count_unlisted()

    def figures(self) -> dict[str, Any]:
        """Where rows stand that have stood before."""
        return {"repeated_at": self._repeated.figures()}
