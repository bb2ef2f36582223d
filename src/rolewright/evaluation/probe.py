"""What is asked of every arm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place


@dataclass(frozen=True, slots=True)
class Turn:
    """What a user says.

    Attributes:
        text: of the turn.
        scenario: whose rules the reply is judged by; None = undeclared.
        system: the message under which this turn is answered; None = the arm's.
    """

    text: str
    scenario: str | None = None
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """User turns that are put to a model one after another, each answered by the model itself.

    Attributes:
        id: unique within its suite.
        turns: the user's, at least one.
        opening: turns that stand before them as they are: a user's and an assistant's, alternating.
        cluster: what probes have in common that are not independent of each other (the held-out
            conversation that they were made of); the probe's id where left empty.
        facts: what its suite needs to judge the replies (a family of attacks, a canary …); JSON
            values, which the log repeats.
        place: where its text was read.
    """

    id: str
    turns: tuple[Turn, ...]
    place: Place
    opening: tuple[Message, ...] = ()
    cluster: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let a probe that shares nothing be a cluster of its own."""
        object.__setattr__(self, "cluster", self.cluster or self.id)

    @classmethod
    def of(cls, prompt: Conversation) -> "Probe":
        """The last user turn of a prompt, behind the turns that stand before it."""
        *opening, last = prompt.prompt
        turn = Turn(last.content, prompt.scenario)
        return cls(prompt.id, (turn,), prompt.place, tuple(opening))

    def conversation(self, system: str | None, replies: tuple[str, ...]) -> Conversation:
        """The conversation up to the user turn that follows some replies.

        Args:
            system: of the arm; where the turn brings its own, that one stands at the beginning.
            replies: of the model to the turns before, fewer than there are turns.
        """
        messages = list(self.opening)
        for turn, reply in zip(self.turns, replies, strict=False):
            messages += [Message("user", turn.text), Message("assistant", reply)]
        asked = self.turns[len(replies)]
        messages.append(Message("user", asked.text))
        in_force = system if asked.system is None else asked.system
        return Conversation(tuple(messages), in_force, self.id, self.place, asked.scenario)
