"""Simplified and traditional Chinese, character by character, after OpenCC's tables."""

import re
from functools import lru_cache
from typing import Any, Literal

ChineseScript = Literal["simplified", "traditional"]

_SURROGATE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=16384)
def simplify(character: str) -> str:
    """The simplified form of a Han character; other characters stay what they are.

    Characters are looked at one by one, so that equal texts stay equal and no place moves; where a
    phrase decides (乾隆, 乾燥), the commonest form is taken.
    """
    return character if character < "\u3400" else write_in(character, "simplified")


@lru_cache(maxsize=16384)
def script_of(character: str) -> ChineseScript | None:
    """The only script that a Han character belongs to; None where both write it, or neither.

    A character belongs to one script where OpenCC has another form of it in the other script, and
    the other script's national standard (GB 2312, Big5) lacks it: 后 is both 後's simplified form
    and the traditional 皇后, hence of no single script.
    """
    if character < "\u3400":
        return None
    if simplify(character) != character and not _is_in(character, "gb2312"):
        return "traditional"
    if write_in(character, "traditional") != character and not _is_in(character, "big5"):
        return "simplified"
    return None


def write_in(text: str, script: ChineseScript) -> str:
    """A text in simplified, or in traditional, characters, by OpenCC's tables of phrases.

    A text with half a surrogate pair, which OpenCC cannot take, stays what it is.
    """
    if _SURROGATE.search(text):
        return text
    return str(_converter("t2s" if script == "simplified" else "s2t").convert(text))


def _is_in(character: str, standard: str) -> bool:
    try:
        character.encode(standard)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=2)
def _converter(tables: str) -> Any:
    import opencc

    return opencc.OpenCC(tables)
