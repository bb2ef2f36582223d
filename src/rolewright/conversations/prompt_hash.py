"""Recognise a prompt again, to keep what was trained on apart from what is held out."""

import hashlib
from collections.abc import Iterator, Sequence

from rolewright.conversations.conversation import Conversation, Message


def hash_prompt(messages: Sequence[Message]) -> str:
    """The hash of a prompt's turns, white space around them left out; 32 hexadecimal digits.

    The system message does not count: what was trained on under any of them is not held out.
    """
    digest = hashlib.sha256()
    for message in messages:
        text = message.content.strip().encode()
        digest.update(f"{message.role} {len(text)}\n".encode() + text)
    return digest.hexdigest()[:32]


def hash_prompts(conversation: Conversation) -> Iterator[str]:
    """The hash of each prompt that a conversation answers, one an assistant turn."""
    for index, message in enumerate(conversation.messages):
        if message.role == "assistant":
            yield hash_prompt(conversation.messages[:index])
