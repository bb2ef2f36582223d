"""A defect of one row, before it is known where the row stands, and the words to describe it."""

import json
from dataclasses import dataclass
from functools import lru_cache

SHOWN_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Defect:
    """A ``Fault`` without its file and line.

    Attributes:
        key: dotted path inside the row (``messages[2].content``); "" = the row as a whole.
        found: what stands there.
        expected: what should stand there.
        fix: what to do about it.
    """

    key: str
    found: str
    expected: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Constant:
    """``NaN``, ``Infinity`` or ``-Infinity``, which Python writes although JSON has no such value.

    Whoever decodes a row reports it once; it then stands in the row in place of a value.
    """

    name: str


def printable(text: str) -> str:
    """Return ``text`` shortened and encodable, lone surrogates shown as escapes."""
    shown = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
    return shown.encode("utf-8", "backslashreplace").decode("utf-8")


@lru_cache(maxsize=256)
def quote(text: str) -> str:
    """Return ``text`` shortened and in double quotes, control characters escaped."""
    escaped = json.dumps(text[: SHOWN_CHARACTERS + 1], ensure_ascii=False)[1:-1]
    return f'"{printable(escaped)}"'


def describe(value: object) -> str:
    """Name a decoded JSON value in words: ``the number 3``, ``an empty list``, ``null``."""
    match value:
        case None | bool():
            return json.dumps(value)
        case int() | float():
            return f"the number {printable(str(value))}"
        case str():
            return f"the text {quote(value)}"
        case list():
            return "a list" if value else "an empty list"
        case dict():
            return "an object" if value else "an empty object"
        case _:
            return value.name if isinstance(value, Constant) else type(value).__name__


def wrong_type(key: str, value: object, expected: str, fix: str = "") -> tuple[Defect, ...]:
    """Return the defect of a value of the wrong type, or nothing if it was reported before."""
    # A NaN has been reported as such where the row was decoded; twice would be once too often.
    return () if isinstance(value, Constant) else (Defect(key, describe(value), expected, fix),)
