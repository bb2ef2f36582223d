"""What is asked of every arm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place


@dataclass(frozen=True, slots=True)
class Probe:
    """User turns that are put to a model one after another, each answered by the model itself.

    Attributes:
        id: unique within its suite.
        turns: the user's, at least one.
        opening: turns that stand before them as they are: a user's and an assistant's, alternating.
        scenario: whose rules apply; None = undeclared.
        cluster: what probes have in common that are not independent of each other (the held-out
            conversation that they were made of); the probe's id where left empty.
        facts: what its suite needs to judge the replies (a family of attacks, a canary …); JSON
            values, which the log repeats.
        place: where its text was read.
    """

    id: str
    turns: tuple[str, ...]
    place: Place
    opening: tuple[Message, ...] = ()
    scenario: str | None = None
    cluster: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, prompt: Conversation) -> "Probe":
        """The last user turn of a prompt, behind the turns that stand before it."""
        *opening, last = prompt.prompt
        return cls(prompt.id, (last.content,), prompt.place, tuple(opening), prompt.scenario)

    def conversation(self, system: str | None, replies: tuple[str, ...]) -> Conversation:
        """The conversation up to the user turn that follows some replies.

        Args:
            system: of the arm.
            replies: of the model to the turns before, fewer than there are turns.
        """
        messages = list(self.opening)
        for turn, reply in zip(self.turns, replies, strict=False):
            messages += [Message("user", turn), Message("assistant", reply)]
        messages.append(Message("user", self.turns[len(replies)]))
        return Conversation(tuple(messages), system, self.id, self.place, self.scenario)
