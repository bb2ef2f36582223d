"""A sample of fixed size of rows that stream by."""

import random
from dataclasses import replace

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.response_mode import is_code
from rolewright.dataset.row import Row

SAMPLE_ROWS = 2000
MOST_CHARACTERS = 4000
MOST_TURNS = 20


class RowSample:
    """Every row has the same chance to be in it; the same rows give the same sample.

    Texts are cut, so that a sample never takes more than its share of memory.

    Source: Vitter, Random Sampling with a Reservoir, 1985 (algorithm R).
    """

    def __init__(self, size: int = SAMPLE_ROWS) -> None:
        self.rows: list[Row] = []
        self.seen = 0
        self._size = size
        self._random = random.Random(0)

    def add(self, row: Row) -> None:
        """Show it one more row."""
        self.seen += 1
        if len(self.rows) < self._size:
            self.rows.append(_cut(row))
        elif (place := int(self._random.random() * self.seen)) < self._size:
            self.rows[place] = _cut(row)


def _cut(row: Row) -> Row:
    messages = tuple(
        replace(message, content=message.content[:MOST_CHARACTERS])
        for message in row.conversation.messages[:MOST_TURNS]
    )
    return replace(row, conversation=replace(row.conversation, messages=messages))


def trained_answers(conversation: Conversation) -> list[str]:
    """What the assistant says and is trained to say."""
    return [m.content for m in conversation.messages if m.role == "assistant" and m.train]


def worded_answers(conversation: Conversation) -> list[str]:
    """The trained answers without code and JSON, which are worded as they have to be."""
    return [answer for answer in trained_answers(conversation) if not is_code(answer)]


def inputs_of(conversation: Conversation) -> list[str]:
    """What the user says, turn by turn."""
    return [message.content for message in conversation.messages if message.role == "user"]
