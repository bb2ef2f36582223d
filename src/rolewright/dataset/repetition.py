"""Answers that say the same again and again, or only what the user has said."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.row import Row
from rolewright.dataset.similarity import normalise
from rolewright.dataset.words import phrases_of, words_of
from rolewright.verifiers.matching import quoted

_SENTENCE_END: Final = re.compile(r"[。！？!?\n.](?<!\.(?=[^\s]))")
_LEAST_CHARACTERS, _LEAST_TIMES = 8, 3
_LEAST_LOOP_CHARACTERS = 24
_MOST_IN_A_ROUND = 12
# At an end that a limit on tokens has cut off: a few characters a dozen times, or more four times.
_LONGEST_TURN_CHARACTERS = 40
_LEAST_TURNS, _LEAST_LONG_TURNS, _LONG_TURN_CHARACTERS = 12, 4, 5
# Prose shrinks to half of its length; what shrinks to a quarter says something four times.
_MOST_COMPRESSION = 4
_LEAST_LETTERS = 5  # what says something five times has each of its letters five times
_LEAST_NEW = 0.5
_LEAST_ECHO_WORDS = 3


def repetition(message: Message, row: Row) -> str | None:
    """Half of an answer being one sentence, three times or more; a loop; the user's words."""
    text = message.content
    parts = [part.strip() for part in _SENTENCE_END.split(text)]
    sentence, times = _commonest_sentence(parts)
    if times >= _LEAST_TIMES and 2 * times * len(sentence) >= len(text):
        return f"says {quoted(sentence)} {times} times"
    if _goes_round(list(filter(None, parts))) or _is_loop(text):
        return f"says the same again and again: {quoted(text)}"
    if turn := _loop_at_the_end(text):
        return f"ends by saying {quoted(turn)} again and again"
    asked = _asked_before(message, row)
    if len(words_of(text, _LEAST_ECHO_WORDS)) == _LEAST_ECHO_WORDS and (
        len(asked) < 2 * len(text) + 8
        and normalise(asked[:40])[:8] == normalise(text[:40])[:8]
        and normalise(asked) == normalise(text)
    ):
        return "only repeats what the user says"
    return None


def _commonest_sentence(parts: Sequence[str]) -> tuple[str, int]:
    """Of the sentences that are no mere word; and how often it stands there."""
    said = Counter(part for part in parts if len(part) >= _LEAST_CHARACTERS)
    return max(said.items(), key=lambda each: each[1], default=("", 0))


def _goes_round(sentences: Sequence[str]) -> bool:
    """Whether an answer is nothing but the same few sentences, three times or more."""
    if sum(map(len, sentences)) < _LEAST_LOOP_CHARACTERS:
        return False
    count = len(sentences)
    return any(
        count % few == 0 and sentences[few:] == sentences[:-few]
        for few in range(1, min(count // _LEAST_TIMES, _MOST_IN_A_ROUND) + 1)
    )


def _is_loop(text: str) -> bool:
    written = text.encode("utf-8", "replace")
    if len(written) < _LEAST_LOOP_CHARACTERS or len(set(text)) * _LEAST_LETTERS > len(text):
        return False
    if len(written) < _MOST_COMPRESSION * (len(zlib.compress(written, 1)) - 8):
        return False
    words = words_of(text)
    pairs = max(len(words) - 1, 1)
    return len(phrases_of(words, 2)) < _LEAST_NEW * pairs


def _loop_at_the_end(text: str) -> str | None:
    """What an answer says again and again before it ends."""
    end = len(text.rstrip()) - 1  # the last turn may be cut, or have a mark behind it
    while end > 0 and not text[end].isalnum():
        end -= 1
    if end < 1:
        return None
    earliest = max(end - min(_LONGEST_TURN_CHARACTERS, len(text) // _LEAST_LONG_TURNS), 0)
    before = end
    while (before := text.rfind(text[end], earliest, before)) >= 0:
        length = end - before
        turns = _LEAST_LONG_TURNS if length >= _LONG_TURN_CHARACTERS else _LEAST_TURNS
        if turns * length > end + 1:
            continue
        start = end + 1 - turns * length
        if text[start : end + 1 - length] == text[start + length : end + 1]:
            turn = text[end + 1 - length : end + 1]
            if not turn.isdigit():
                return turn
    return None


def _asked_before(answer: Message, row: Row) -> str:
    asked = ""
    for message in row.conversation.messages:
        if message is answer:
            break
        if message.role == "user":
            asked = message.content
    return asked
