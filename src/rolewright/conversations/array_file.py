"""The elements of a JSON array, one at a time, each with the line where it begins."""

import re
from collections.abc import Iterator

from rolewright.conversations.strict_json import BrokenJsonError, Decoded, decode_value

MAX_ARRAY_BYTES = 500_000_000

_BLANK = re.compile(r"[ \t\r\n]*")


class BrokenArrayError(Exception):
    """The array is malformed from some place on; the elements before it are good.

    Attributes:
        found: what is wrong.
        line: line number, from 1.
        column: column in characters, from 1.
    """

    def __init__(self, found: str, text: str, position: int) -> None:
        super().__init__(found)
        self.found = found
        self.line = text.count("\n", 0, position) + 1
        self.column = position - text.rfind("\n", 0, position)


def array_elements(text: str) -> Iterator[tuple[int, Decoded]]:
    """Decode the elements of the JSON array that ``text`` holds.

    Yields:
        The line number, from 1, where an element begins, and the element.

    Raises:
        BrokenArrayError: an element or what stands between two is malformed, the array is not
            closed, or something follows it.
    """
    position = _skip_blank(text, _skip_blank(text, 0) + len("["))
    line, counted = 1, 0
    closed = text.startswith("]", position)
    while not closed:
        line += text.count("\n", counted, position)
        counted = position
        decoded = _decode_element(text, position)
        yield line, decoded
        position = _skip_blank(text, decoded.end)
        closed = text.startswith("]", position)
        if not closed:
            position = _skip_comma(text, position)
    end = _skip_blank(text, position + len("]"))
    if end < len(text):
        raise BrokenArrayError("more text after the end of the array", text, end)


def _skip_blank(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _skip_comma(text: str, position: int) -> int:
    if not text.startswith(",", position):
        closed = position < len(text)
        found = "no comma between two elements" if closed else "the array is not closed"
        raise BrokenArrayError(found, text, position)
    following = _skip_blank(text, position + len(","))
    if text.startswith("]", following):
        raise BrokenArrayError("a comma after the last element", text, position)
    return following


def _decode_element(text: str, position: int) -> Decoded:
    try:
        return decode_value(text, position)
    except BrokenJsonError as error:
        where = position if error.position is None else error.position
        raise BrokenArrayError(error.found, text, where) from None
