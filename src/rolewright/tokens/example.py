"""Token ids with a label for each: what training consumes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rolewright.conversations.conversation import Conversation
from rolewright.errors import Place

IGNORE = -100
"""The label of a position that is not trained (torch's cross-entropy default)."""


class Segment(NamedTuple):
    """A run of token ids, and whether each is trained."""

    ids: list[int]
    trained: list[bool]


@dataclass(frozen=True, slots=True)
class Example:
    """One conversation as the model sees it.

    Attributes:
        id: the conversation's id.
        place: where it was read.
        system: the effective system text; None = absent, "" = empty.
        input_ids: token ids, shape (tokens,).
        labels: the id itself where it is trained, else ``IGNORE``, shape (tokens,).
        prefix_tokens: how many tokens from the start hold the system message.
        truncated: turns were left out to fit the length limit. Only whole exchanges are left out,
            from the end; no ids at all means that not even the first exchange fits.
        turns: how many of the conversation's turns are in it.
    """

    id: str
    place: Place
    system: str | None
    input_ids: tuple[int, ...]
    labels: tuple[int, ...]
    prefix_tokens: int
    truncated: bool
    turns: int

    @property
    def trained_tokens(self) -> int:
        """The number of positions with a label."""
        return sum(label != IGNORE for label in self.labels)


def assemble(
    conversation: Conversation,
    system: Segment,
    turns: Sequence[Segment],
    max_length_tokens: int | None,
) -> Example:
    """Join the segments of a conversation, leaving out exchanges that do not fit.

    Args:
        conversation: what the segments were made of.
        system: the system block, empty where there is none.
        turns: one segment a message, users and assistants in turn.
        max_length_tokens: None = no limit.
    """
    fitting = len(turns)
    length = len(system.ids) + sum(len(turn.ids) for turn in turns)
    while max_length_tokens is not None and length > max_length_tokens and fitting > 0:
        # An exchange is a user turn with its answer; both go.
        fitting -= 2
        length -= sum(len(turn.ids) for turn in turns[fitting : fitting + 2])
    kept = [system, *turns[:fitting]] if fitting > 0 else []
    ids = [token for segment in kept for token in segment.ids]
    trained = [flag for segment in kept for flag in segment.trained]
    return Example(
        id=conversation.id,
        place=conversation.place,
        system=conversation.system,
        input_ids=tuple(ids),
        labels=tuple(i if t else IGNORE for i, t in zip(ids, trained, strict=True)),
        prefix_tokens=len(system.ids) if kept else 0,
        truncated=fitting < len(turns),
        turns=max(fitting, 0),
    )
