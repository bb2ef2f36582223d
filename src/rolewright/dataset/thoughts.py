"""Reasoning that leaks into answers, or that only some of them have."""

import re
from typing import Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.row import Row
from rolewright.verifiers.hygiene import FIRST_BLOCK, THOUGHT_TAG

_EMPTY_BLOCK: Final = re.compile(r"\s*<think>\s*</think>")


def thought(message: Message, row: Row) -> str | None:
    """A thought, whole or in part; an empty block is how a model is taught not to think."""
    text = message.content
    if "<" not in text:
        return None
    rest = _EMPTY_BLOCK.sub("", text, count=1)
    tag = THOUGHT_TAG.search(rest)
    if tag is None:
        return None
    block = FIRST_BLOCK.match(rest)
    if block is not None and THOUGHT_TAG.search(rest, block.end()) is None:
        return "has a <think> block, which most answers have not"
    return f"has the tag {tag[0]!r} of a thought that is not whole"
