"""How a text may be read: as it stands, with a code undone, and letter by letter."""

import codecs
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, Literal

from rolewright.verifiers.disguise import decode_base64, decode_hex, without_tones
from rolewright.verifiers.matching import Span, fold
from rolewright.verifiers.overlap import Words, words_of
from rolewright.verifiers.segmentation import HAN

Spelling = Literal["spaced", "pinyin"]

# Shorter runs hold no sentence. Encoders break long codes into lines.
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{20,}(?:\r?\n[A-Za-z0-9+/_-]{4,})*", re.ASCII)
_BYTE = r"(?:0x|\\x|%)?[0-9a-f]{2}"
_HEX = re.compile(rf"{_BYTE}(?:[\s,:;]{{0,2}}{_BYTE}){{11,}}", re.ASCII | re.IGNORECASE)
_HAN: Final = re.compile(f"[{HAN}]")
_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz")


def decoded(text: str) -> Iterator[tuple[str, Words]]:
    """The words of a text with each code undone, by its name, with their places in the text."""
    yield "base64", _words_in(text, _BASE64, decode_base64)
    yield "hex", _words_in(text, _HEX, decode_hex)
    yield "rot13", words_of(codecs.encode(text, "rot13"))
    backwards = words_of(text[::-1])
    places = tuple((len(text) - end, len(text) - start) for start, end in backwards.spans)
    yield "reversed", Words(backwards.words, places)


def spelled(text: str) -> Iterator[tuple[Spelling, Words]]:
    """The letters of a text that stand by themselves, in both directions, and all toneless ones."""
    words = words_of(text)
    pairs = list(zip(words.words, words.spans, strict=True))
    alone = [(word, span) for word, span in pairs if len(word) == 1 and not _HAN.match(word)]
    yield "spaced", _one_by_one(alone)
    yield "spaced", _one_by_one(alone[::-1])
    toneless = without_tones("".join(words.words))
    spans = (span for word, span in pairs for _ in word)
    letters = zip(toneless, spans, strict=True)
    yield "pinyin", _one_by_one([pair for pair in letters if pair[0] in _LATIN])


@lru_cache(maxsize=256)
def letters_of(text: str, spelling: Spelling) -> str:
    """The letters by which a text is spelled, without gaps; "" where it has none."""
    folded = fold(text).text
    if spelling == "spaced":
        return "".join(re.findall(r"[^\W_]", _HAN.sub("", folded)))
    if not _HAN.search(folded):
        return ""
    from pypinyin import lazy_pinyin

    syllables = "".join(lazy_pinyin(folded)).casefold().replace("ü", "v")
    return "".join(letter for letter in syllables if letter in _LATIN)


def _words_in(text: str, codes: re.Pattern[str], decode: Callable[[str], Iterator[bytes]]) -> Words:
    pairs = [
        (word, code.span())
        for code in codes.finditer(text)
        for data in decode("".join(code[0].split()))
        for word in words_of(data.decode("utf-8", "replace")).words
    ]
    return _one_by_one(pairs)


def _one_by_one(pairs: list[tuple[str, Span]]) -> Words:
    return Words(tuple(word for word, _ in pairs), tuple(span for _, span in pairs))
