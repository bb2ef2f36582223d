"""A check that looks at messages one by one."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from rolewright.conversations.conversation import Message
from rolewright.dataset.occurrences import MOST_LISTED, Occurrences
from rolewright.dataset.row import Row
from rolewright.dataset.shares import LEAST_ROWS
from rolewright.finding import Finding

_NEARLY_ALL = 0.9
"""Of few rows only what nearly all of them have is a way to write."""

Look = Callable[[Message, Row], str | None]
"""Says what is the matter with a message of a row, after "turn 2 (assistant) "; None = nothing."""


class MessageCheck:
    """Finds rows with a message that something is the matter with, each row once.

    Args:
        code: of the findings.
        look: at one message.
        fix: what to do.
        of: which messages are looked at; "answers" are those that are trained.
        habit: where a greater share of the rows has it, it is the role's way, and not told; None =
            it never is.
    """

    def __init__(
        self,
        code: str,
        look: Look,
        fix: str,
        *,
        of: Literal["messages", "answers"] = "messages",
        habit: float | None = None,
    ) -> None:
        self._code, self._look, self._fix = code, look, fix
        self._only_answers = of == "answers"
        self._habit = habit
        self._rows = 0
        self._found = Occurrences(code)
        self._listed: list[Finding] = []

    def add(self, row: Row) -> Iterator[Finding]:
        """Look at the messages of a row; what is found is told once all rows are in."""
        self._rows += 1
        for index, message in enumerate(row.conversation.messages):
            if self._only_answers and not (message.role == "assistant" and message.train):
                continue
            if (what := self._look(message, row)) is not None:
                place = row.conversation.place
                if self._found.add(place):
                    said = f"turn {index + 1} ({message.role}) {what}"
                    self._listed.append(Finding(self._code, place, said, self._fix))
                break
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """The rows that were found, unless it is the role's way."""
        if not self._is_habit():
            yield from self._listed[:MOST_LISTED]
            yield from self._found.count_unlisted()

    def _is_habit(self) -> bool:
        if self._habit is None or (self._rows < LEAST_ROWS and self._habit < _NEARLY_ALL):
            return False
        return self._found.count > self._habit * self._rows

    def figures(self) -> dict[str, Any]:
        """Where such rows stand, and whether so many are so that it is the role's way."""
        return {"at": self._found.figures(), "habit": self._is_habit()}
