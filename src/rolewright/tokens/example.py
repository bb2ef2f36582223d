"""Token ids with a label for each: what training consumes."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rolewright.conversations.conversation import Conversation
from rolewright.errors import Place

IGNORE = -100
"""The label of a position that is not trained (torch's cross-entropy default)."""

Span = tuple[int, int]
"""Positions from the first to before the second."""


class Run(NamedTuple):
    """What is encoded on its own, and whether it is trained.

    Attributes:
        content: a text, or the ids of what is the same everywhere.
        trained: holds for all of its tokens.
    """

    content: "str | array[int]"
    trained: bool


class Segment(NamedTuple):
    """Token ids, and the spans of them that are trained."""

    ids: "array[int]"
    trained: list[Span]


@dataclass(frozen=True, slots=True)
class Example:
    """What the model sees at once: a conversation, or as much of it as one answer needs.

    Held compactly: examples under the same system message share the ids of its block, and of the
    labels only spans are held. ``input_ids`` and ``labels`` are put together on each access.

    Attributes:
        id: the conversation's id.
        place: where it was read.
        system: the effective system text; None = absent, "" = empty.
        prefix_ids: the token ids of the system block, int32, shape (prefix_tokens,).
        turn_ids: the token ids of the turns, int32, shape (tokens - prefix_tokens,).
        trained: the spans of positions that are trained, counted from the start of the prefix.
        truncated: turns were left out to fit the length limit. Only whole exchanges are left out,
            from the end; no ids at all means that nothing of the conversation fits.
        turns: how many of the conversation's turns are in it.
        part: 0 for the first example of a conversation, 1 for the next of the same one.
        weight: how often it is seen, relative to others.
    """

    id: str
    place: Place
    system: str | None
    prefix_ids: "array[int]"
    turn_ids: "array[int]"
    trained: tuple[Span, ...]
    truncated: bool
    turns: int
    part: int = 0
    weight: float = 1.0

    def __len__(self) -> int:
        """The number of tokens; an example that holds none is false."""
        return len(self.prefix_ids) + len(self.turn_ids)

    @property
    def input_ids(self) -> "array[int]":
        """Token ids, int32, shape (tokens,)."""
        return self.prefix_ids + self.turn_ids

    @property
    def labels(self) -> "array[int]":
        """The id itself where it is trained, else ``IGNORE``, int32, shape (tokens,)."""
        ids = self.input_ids
        labels = array("i", [IGNORE]) * len(ids)
        for start, end in self.trained:
            labels[start:end] = ids[start:end]
        return labels

    @property
    def prefix_tokens(self) -> int:
        """How many tokens from the start hold the system message."""
        return len(self.prefix_ids)

    @property
    def trained_tokens(self) -> int:
        """The number of positions with a label."""
        return sum(end - start for start, end in self.trained)


def join(runs: Iterable[Run], encoded: "Mapping[str, array[int]]") -> Segment:
    """Put runs together.

    Args:
        runs: in order.
        encoded: the ids of each text among them.
    """
    ids = array("i")
    spans: list[Span] = []
    for content, trained in runs:
        start = len(ids)
        ids += encoded[content] if isinstance(content, str) else content
        if trained and len(ids) > start:
            if spans and spans[-1][1] == start:
                start = spans.pop()[0]
            spans.append((start, len(ids)))
    return Segment(ids, spans)


def examples_of(
    conversation: Conversation,
    system: Segment,
    renderings: Sequence[Sequence[Segment]],
    max_length_tokens: int | None,
    *,
    whole: bool,
) -> Iterator[Example]:
    """The examples of a conversation.

    Args:
        conversation: what the renderings show.
        system: its system block.
        renderings: at least one, turn by turn.
        max_length_tokens: None = no limit.
        whole: a rendering that does not fit is left out; else the exchanges at its end are.
    """
    fitting = [_fitting_turns(system, turns, max_length_tokens) for turns in renderings]
    kept = [
        turns[:count]
        for turns, count in zip(renderings, fitting, strict=True)
        if not whole or count == len(turns)
    ]
    truncated = fitting != [len(turns) for turns in renderings]
    for part, turns in enumerate(kept or [[]]):
        yield _assemble(conversation, system, turns, truncated=truncated, part=part)


def _assemble(
    conversation: Conversation,
    system: Segment,
    turns: Sequence[Segment],
    *,
    truncated: bool = False,
    part: int = 0,
) -> Example:
    """An example of a conversation's first turns; without turns it holds no ids at all.

    Args:
        conversation: what the segments were made of.
        system: the system block, empty where there is none.
        turns: one segment a message, users and assistants in turn.
        truncated: whether other turns were left out for want of room.
        part: how many examples of the same conversation come before it.
    """
    ids = array("i")
    spans = list(system.trained) if turns else []
    for turn in turns:
        offset = len(system.ids) + len(ids)
        spans += [(start + offset, end + offset) for start, end in turn.trained]
        ids += turn.ids
    return Example(
        id=conversation.id,
        place=conversation.place,
        system=conversation.system,
        prefix_ids=system.ids if turns else array("i"),
        turn_ids=ids,
        trained=tuple(spans),
        truncated=truncated,
        turns=len(turns),
        part=part,
        weight=conversation.weight,
    )


def _fitting_turns(system: Segment, turns: Sequence[Segment], max_length_tokens: int | None) -> int:
    """How many turns fit into a limit, in whole exchanges: a user turn with its answer."""
    fitting = len(turns)
    length = len(system.ids) + sum(len(turn.ids) for turn in turns)
    while max_length_tokens is not None and length > max_length_tokens and fitting > 0:
        fitting -= 2
        length -= sum(len(turn.ids) for turn in turns[fitting : fitting + 2])
    return max(fitting, 0)
