"""A conversation as every other part of Rolewright sees it, whatever format it came in."""

from dataclasses import dataclass
from typing import Literal

from rolewright.errors import Place

Speaker = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn.

    Attributes:
        role: who speaks. The system message is no turn; it stands in ``Conversation.system``.
        content: the text, as written.
        train: whether an assistant turn is trained on; without meaning for a user turn.
        cut: whether the answer breaks off here, so that its end is none to learn.
    """

    role: Speaker
    content: str
    train: bool = True
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row that was added to the data comes from.

    Attributes:
        source: the row that it was made of, "<file name>:<line>".
        system: what kind of system message took the place of the role's.
        answered_by: the model that gave the answer; None = it is the source's own.
    """

    source: str
    system: str
    answered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A system message and the turns that follow it.

    Attributes:
        messages: user and assistant turns, strictly alternating, a user turn first.
        system: None = the source has no system message; "" = it has one and it is empty; or its
            text. The three states stay apart everywhere.
        id: the row's own id, else "<file name>:<line>".
        place: where the row was read.
        scenario: the scenario of the role file that the row declares, if any.
        without_role: the source says that there is no system message, not even the role's.
        weight: how often the row is seen in training, relative to others.
        origin: None for a row that nobody has added.
    """

    messages: tuple[Message, ...]
    system: str | None
    id: str
    place: Place
    scenario: str | None = None
    without_role: bool = False
    weight: float = 1.0
    origin: Origin | None = None

    @property
    def prompt(self) -> tuple[Message, ...]:
        """The turns up to and including the last user turn: what a model is asked."""
        return self.messages[:-1] if self.messages[-1].role == "assistant" else self.messages

    @property
    def answer(self) -> str | None:
        """The last assistant turn's text, or None where the conversation ends with the user."""
        last = self.messages[-1]
        return last.content if last.role == "assistant" else None
