"""Answers that say the same again and again, or only what the user has said."""

import re
import zlib
from collections import Counter
from typing import Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.row import Row
from rolewright.dataset.similarity import normalise
from rolewright.dataset.words import phrases_of, words_of
from rolewright.verifiers.matching import quoted

_SENTENCE_END: Final = re.compile(r"[。！？!?\n.](?<!\.(?=[^\s]))")
_LEAST_CHARACTERS, _LEAST_TIMES = 8, 3
_LEAST_LOOP_CHARACTERS = 24
# Prose shrinks to half of its length; what shrinks to a quarter says something four times.
_MOST_COMPRESSION = 4
_LEAST_LETTERS = 5  # what says something five times has each of its letters five times
_LEAST_NEW = 0.5
_LEAST_ECHO_WORDS = 3


def repetition(message: Message, row: Row) -> str | None:
    """Half of an answer being one sentence, three times or more; a loop; the user's words."""
    text = message.content
    sentence, times = _commonest_sentence(text)
    if times >= _LEAST_TIMES and 2 * times * len(sentence) >= len(text):
        return f"says {quoted(sentence)} {times} times"
    if _is_loop(text):
        return f"says the same again and again: {quoted(text)}"
    asked = _asked_before(message, row)
    if len(words_of(text, _LEAST_ECHO_WORDS)) == _LEAST_ECHO_WORDS and (
        len(asked) < 2 * len(text) + 8
        and normalise(asked[:40])[:8] == normalise(text[:40])[:8]
        and normalise(asked) == normalise(text)
    ):
        return "only repeats what the user says"
    return None


def _commonest_sentence(text: str) -> tuple[str, int]:
    """Of the sentences that are no mere word; and how often it stands there."""
    parts = [part.strip() for part in _SENTENCE_END.split(text)]
    said = Counter(part for part in parts if len(part) >= _LEAST_CHARACTERS)
    return max(said.items(), key=lambda each: each[1], default=("", 0))


def _is_loop(text: str) -> bool:
    written = text.encode("utf-8", "replace")
    if len(written) < _LEAST_LOOP_CHARACTERS or len(set(text)) * _LEAST_LETTERS > len(text):
        return False
    if len(written) < _MOST_COMPRESSION * (len(zlib.compress(written, 1)) - 8):
        return False
    words = words_of(text)
    pairs = max(len(words) - 1, 1)
    return len(phrases_of(words, 2)) < _LEAST_NEW * pairs


def _asked_before(answer: Message, row: Row) -> str:
    asked = ""
    for message in row.conversation.messages:
        if message is answer:
            break
        if message.role == "user":
            asked = message.content
    return asked
