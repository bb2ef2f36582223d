"""Which rows get a twin, and under which system message."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np

from rolewright.augmentation.shares import KINDS, Kind
from rolewright.conversations.assembly import assemble
from rolewright.conversations.conversation import Conversation, Message
from rolewright.conversations.rows import Row
from rolewright.errors import Fault
from rolewright.role.lint.request_share import estimate_tokens
from rolewright.role.resolve import resolve_system
from rolewright.role.schema import RoleFile

_LEAST_TOKENS = 24


@dataclass(frozen=True, slots=True)
class Source:
    """A row of the user's data.

    Attributes:
        label: "<file name>:<line>".
        value: the row as it stands in its file.
        conversation: as it was read.
    """

    label: str
    value: Mapping[str, Any]
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Twin:
    """A row to be added.

    Attributes:
        source: the row that it is made of.
        kind: what takes the place of the role's system message.
        system: its system message; None = none at all.
    """

    source: Source
    kind: Kind
    system: str | None

    @property
    def keeps_answers(self) -> bool:
        """Whether the role's answers hold under it; else the base model gives one."""
        return self.kind == "paraphrase"

    @property
    def messages(self) -> tuple[Message, ...]:
        """The whole conversation where it keeps its answers, else its first user turn.

        Later turns answer what the role has said, and would draw the role into a conversation that
        has none.
        """
        messages = self.source.conversation.messages
        return messages if self.keeps_answers else messages[:1]

    def conversation(self) -> Conversation:
        """What the base model is asked."""
        place = self.source.conversation.place
        return Conversation(self.messages, self.system, f"{self.source.label}/{self.kind}", place)


def read_source(row: Row, *, literal_control_tokens: bool) -> Source | tuple[Fault, ...]:
    """Read a training row and keep it as it stands, or say all that is wrong with it."""
    read = assemble(row, answered=True, literal_control_tokens=literal_control_tokens)
    if isinstance(read, tuple):
        return read
    assert isinstance(row.value, dict)  # else it would have been a fault
    return Source(row.label, row.value, read)


def rows_of_role(role: RoleFile, sources: Sequence[Source]) -> list[Source]:
    """The rows under the role's system message, without those that were added before."""
    return [
        source
        for source in sources
        if source.conversation.origin is None
        and resolve_system(source.conversation, role.system).system == role.system
    ]


def limit_tokens(role: RoleFile, sources: Sequence[Source]) -> int:
    """How many tokens the answer of a twin without the role takes at most.

    As many as nine in ten of the role's own answers, by an estimate, and at least 24. Each trained
    token counts alike: beside the role's names of three tokens, whole paragraphs of a base model
    would be most of what is trained, and the role would hold less well.
    """
    lengths = [
        estimate_tokens(message.content)
        for source in rows_of_role(role, sources)
        for message in source.conversation.messages
        if message.role == "assistant" and message.train
    ]
    return max(_LEAST_TOKENS, round(float(np.quantile(lengths, 0.9)))) if lengths else _LEAST_TOKENS


def plan_twins(
    role: RoleFile,
    sources: Sequence[Source],
    shares: Mapping[Kind, float],
    systems: Mapping[Kind, Sequence[str | None]],
    seed: int,
) -> list[Twin]:
    """Choose rows at random, the same for the same seed, and give each twin a system message.

    No twin has the same system message and prompt as another, or as a row of the data. Where the
    data has too many repeated prompts for that, a kind gets fewer twins than its share.

    Args:
        role: its rows get twins.
        sources: all of the data.
        shares: of the role's rows that get a twin of each kind.
        systems: what each kind chooses from; all are used about equally often.
        seed: of the choice.
    """
    own = rows_of_role(role, sources)
    taken = {
        (resolve_system(source.conversation, role.system).system, _texts(messages))
        for source in sources
        for messages in (source.conversation.prompt, source.conversation.messages[:1])
    }
    twins: list[Twin] = []
    for kind in KINDS:
        drawn = random.Random(f"{seed} {kind}")
        texts = cycle(drawn.sample(systems[kind], len(systems[kind])))
        wanted = round(shares[kind] * len(own))
        candidates = (Twin(source, kind, next(texts)) for source in drawn.sample(own, len(own)))
        twins += _distinct(candidates, taken, wanted)
    return twins


def _distinct(
    candidates: Iterator[Twin], taken: set[tuple[str | None, tuple[str, ...]]], wanted: int
) -> Iterator[Twin]:
    for twin in candidates:
        if wanted == 0:
            return
        asked = twin.messages[:-1] if twin.keeps_answers else twin.messages
        key = (twin.system, _texts(asked))
        if key not in taken:
            taken.add(key)
            wanted -= 1
            yield twin


def _texts(messages: Sequence[Message]) -> tuple[str, ...]:
    return tuple(message.content for message in messages)
