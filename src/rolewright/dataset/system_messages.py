"""Which system messages the rows are trained under."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row
from rolewright.dataset.shares import LEAST_ROWS
from rolewright.dataset.similarity import jaccard, normalise
from rolewright.dataset.text_hash import hash_texts
from rolewright.errors import Place
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile

NEARLY_THE_ROLES = 0.7
"""The Jaccard similarity from which a system message is taken for another version of the role's."""
MOST_TOLD_APART = 1_000
"""How many different system messages are told apart; rows under further ones are counted in one."""
_SHOWN_CHARACTERS = 80
_MOST_SHOWN = 20


@dataclass(slots=True)
class SystemMessage:
    """One of the system messages.

    Attributes:
        excerpt: its first characters; None = the rows have none.
        first: the first row under it.
        similarity: with the role's, 0 to 1; None = one of the two is absent.
        rows: how many are trained under it.
    """

    excerpt: str | None
    first: Place
    similarity: float | None
    rows: int = 0


class SystemMessages:
    """Counts the effective system messages, and measures how far each is from the role's."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        self._compared = None if role.system is None else normalise(role.system)
        self._messages: dict[int, SystemMessage] = {}
        self._rows = 0
        self._others = 0
        self._different: set[int] = set()
        self._first_other: Place | None = None
        self._further = 0
        self._versions = Occurrences("RW108")

    def add(self, row: Row) -> Iterator[Finding]:
        """RW108 of a row whose system message is nearly the role's."""
        self._rows += 1
        place = row.conversation.place
        message = self._message(row)
        if message is None:
            self._further += 1
        else:
            message.rows += 1
        # What `augment` added has other system messages by intent.
        if row.system == self._role.system or row.conversation.origin is not None:
            return
        self._others += 1
        if message is not None:
            self._different.add(id(message))
        self._first_other = self._first_other or place
        similarity = (message.similarity if message else None) or 0.0
        if similarity >= NEARLY_THE_ROLES and self._versions.add(place):
            yield Finding(
                "RW108",
                place,
                f"a system message that is nearly the role's ({similarity:.0%} of the character "
                "sequences)",
                "leave it out of the row, or correct it, if the role is meant",
            )

    def finish(self) -> Iterator[Finding]:
        """RW102, at the first row under another message than the role's; RW327 of a single one."""
        yield from self._versions.count_unlisted()
        if self._first_other is not None:
            at_least = "more than " if self._further else ""
            yield Finding(
                "RW102",
                self._first_other,
                f"{self._others} of {self._rows} rows carry another system message than the "
                f"role's ({at_least}{len(self._different)} different)",
                "leave it out of the rows that belong to the role; keep it where another role is "
                "meant",
            )
        if len(self._messages) == 1 and self._rows >= LEAST_ROWS:
            (only,) = self._messages.values()
            yield Finding(
                "RW327",
                only.first,
                "all rows are trained under one system message: the model may play the role "
                "whatever message it is given",
                "add rows under no, an empty and other system messages",
            )

    def figures(self) -> dict[str, Any]:
        """The most frequent system messages, and how many rows have further ones."""
        ranked = sorted(self._messages.values(), key=lambda message: -message.rows)
        shown = ranked[:_MOST_SHOWN]
        return {
            "messages": [
                {
                    "text": message.excerpt,
                    "rows": message.rows,
                    "first": f"{message.first.file}:{message.first.line}",
                    "similarity": message.similarity,
                }
                for message in shown
            ],
            "further_rows": self._rows - sum(message.rows for message in shown),
            "nearly_the_roles_at": self._versions.figures(),
        }

    def _message(self, row: Row) -> SystemMessage | None:
        key = hash_texts((row.system,))
        known = self._messages.get(key)
        if known is None and len(self._messages) < MOST_TOLD_APART:
            similarity = None
            if row.system is not None and self._compared is not None:
                similarity = jaccard(normalise(row.system), self._compared)
            excerpt = None if row.system is None else row.system[:_SHOWN_CHARACTERS]
            known = SystemMessage(excerpt, row.conversation.place, similarity)
            self._messages[key] = known
        return known
