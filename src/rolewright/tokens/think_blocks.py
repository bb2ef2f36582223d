"""Reasoning in answers: ``<think>…</think>`` as text, what it holds and what is wrong with it."""

import re
from collections.abc import Iterable, Iterator

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Fault

OPENING = "<think>"
CLOSING = "</think>"
_MARKER = re.compile(r"</?think>")
_BLOCK = re.compile(r"<think>.*?</think>", re.DOTALL)


def split_reasoning(text: str) -> tuple[str, str]:
    """Split an answer into its reasoning and what follows, as the templates of Qwen3 do.

    Returns:
        The reasoning, "" where there is none, and the answer proper.
    """
    if CLOSING not in text:
        return "", text
    parts = text.split(CLOSING)
    return parts[0].rpartition(OPENING)[2].strip("\n"), parts[-1].lstrip("\n")


def count_reasoning(conversations: Iterable[Conversation]) -> tuple[int, int]:
    """How many trained answers hold no reasoning, and how many there are in all."""
    found = [
        split_reasoning(message.content)[0].strip()
        for conversation in conversations
        for message in conversation.messages
        if message.role == "assistant" and message.train
    ]
    return found.count(""), len(found)


def think_block_faults(conversation: Conversation) -> Iterator[Fault]:
    """What the template of a thinking model would misread in a conversation."""
    for number, message in enumerate(conversation.messages, 1):
        found = _defect(message)
        if found:
            yield Fault(
                conversation.place,
                f"turn {number}: {found}",
                "answers with at most one <think>…</think>, at their start; users' turns with none",
                "correct the turn; this model's template reads these markers",
            )


def _defect(message: Message) -> str:
    text = message.content
    if message.role == "user":
        return "a think block in a user's turn" if _BLOCK.search(text) else ""
    markers = _MARKER.findall(text)
    if markers == [OPENING, CLOSING]:
        before, _, after = map(str.strip, re.split("(<think>.*</think>)", text, flags=re.DOTALL))
        misplaced = "text before <think>" if before else ""
        return misplaced or ("" if after else "no answer after </think>")
    if not markers:
        return ""
    known = {
        (OPENING,): "<think> is never closed",
        (CLOSING,): "</think> without <think> before it",
        (OPENING, OPENING): "<think> inside a think block",
    }
    return known.get(tuple(markers[:2]), "several think blocks, or parts of them")
