"""JSON decoded without looking away: what Python's decoder lets pass is reported.

Knows nothing about files or conversations.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rolewright.conversations.defect import Constant, Defect, printable, quote

_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded value.

    Attributes:
        value: what ``json`` makes of it; constants stand as ``Constant``, and of a repeated key
            the last value.
        end: index of the first character after it.
        defects: repeated keys, constants and lone surrogates, with the keys where they stand.
    """

    value: object
    end: int
    defects: tuple[Defect, ...]


class BrokenJsonError(Exception):
    """The text is no JSON from some character on.

    Attributes:
        found: what is wrong, without the place.
        position: index of the character; None where the decoder does not tell it.
    """

    def __init__(self, found: str, position: int | None = None) -> None:
        super().__init__(found)
        self.found = found
        self.position = position


def decode_value(text: str, start: int = 0) -> Decoded:
    """Decode the JSON value that begins exactly at ``text[start]``.

    Raises:
        BrokenJsonError: the value is malformed, nested too deeply, or has a number too long to
            be read.
    """
    # The objects themselves are kept, so that no id can be used a second time.
    repeated: dict[int, tuple[dict[str, object], list[str]]] = {}
    constants: list[Constant] = []

    def make_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) < len(pairs):
            repeated[id(made)] = made, _names_given_twice(pairs)
        return made

    def make_constant(name: str) -> Constant:
        constants.append(Constant(name))
        return constants[-1]

    decoder = json.JSONDecoder(object_pairs_hook=make_object, parse_constant=make_constant)
    try:
        value, end = decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise BrokenJsonError(error.msg, error.pos) from None
    except RecursionError:
        raise BrokenJsonError("nested too deeply") from None
    except ValueError:
        # Python refuses integers of more than a few thousand digits.
        raise BrokenJsonError("a number of too many digits") from None
    if not (repeated or constants or _ESCAPED_SURROGATE.search(text, start, end)):
        return Decoded(value, end, ())
    names = {identity: keys for identity, (_, keys) in repeated.items()}
    return Decoded(value, end, tuple(_defects_of(value, names)))


def _names_given_twice(pairs: list[tuple[str, object]]) -> list[str]:
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for name, _ in pairs:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return list(twice)


def _defects_of(value: object, repeated: dict[int, list[str]]) -> Iterator[Defect]:
    """Walk through a value in document order, on a stack of our own since it may be deep."""
    stack: list[tuple[str, object]] = [("", value)]
    while stack:
        key, part = stack.pop()
        match part:
            case dict():
                for name in repeated.get(id(part), ()):
                    yield _repeated_key(_member(key, name), name)
                for name in part:
                    if _SURROGATE.search(name):
                        yield _lone_surrogate(_member(key, name), name)
                stack.extend(reversed([(_member(key, name), part[name]) for name in part]))
            case list():
                stack.extend(reversed([(f"{key}[{i}]", item) for i, item in enumerate(part)]))
            case str() if _SURROGATE.search(part):
                yield _lone_surrogate(key, part)
            case Constant():
                yield Defect(
                    key,
                    f"{part.name}, which is not JSON",
                    "a JSON value",
                    "write null, a number or a text in its place",
                )
            case _:
                pass


def _member(key: str, name: str) -> str:
    return f"{key}.{printable(name)}" if key else printable(name)


def _repeated_key(key: str, name: str) -> Defect:
    return Defect(
        key, f"the key {quote(name)} more than once in one object", "each key once", "keep one"
    )


def _lone_surrogate(key: str, text: str) -> Defect:
    match = _SURROGATE.search(text)
    escape = f"\\u{ord(match.group()):04x}" if match else ""
    return Defect(
        key,
        f"{escape}, half of a surrogate pair, which stands for no character",
        "text that can be encoded as UTF-8",
        "write the character itself, or both halves of the pair",
    )
