"""Rows of JSONL and JSON-array files, decoded but not yet understood.

Knows nothing about conversations. A JSONL file is read line by line and never held as a whole; a
JSON array has to be.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedReader
from pathlib import Path

from rolewright.conversations.array_file import MAX_ARRAY_BYTES, BrokenArrayError, array_elements
from rolewright.conversations.defect import Defect
from rolewright.conversations.strict_json import BrokenJsonError, Decoded, decode_value
from rolewright.errors import Fault, Place

MAX_LINE_BYTES = 10_000_000

_CHUNK_BYTES = 65_536
_BOM = b"\xef\xbb\xbf"
_ONE_OBJECT_A_LINE = (
    "write each row as one JSON object on one line, or the whole file as one JSON array"
)
_FOREIGN_STARTS = {
    b"\xff\xfe": ("UTF-16 text", "save the file as UTF-8"),
    b"\xfe\xff": ("UTF-16 text", "save the file as UTF-8"),
    b"\x1f\x8b": ("a file compressed with gzip", "unpack it first"),
    b"PK\x03\x04": ("a ZIP archive or an office document", "unpack or export it first"),
    b"PAR1": ("a Parquet file", "export it as JSONL"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One decoded row of a file.

    Attributes:
        place: its file and the line where it begins; for an element of a JSON array also its
            index, as the key ``[3]``.
        label: "<file name>:<line>", with the index appended where several elements of an array
            begin on the same line.
        value: the decoded JSON value, of whatever type.
        defects: what was wrong with its JSON.
    """

    place: Place
    label: str
    value: object
    defects: tuple[Defect, ...] = ()

    def fault(self, defect: Defect) -> Fault:
        """Say where a defect of this row stands."""
        keys = [key for key in (self.place.key, defect.key) if key]
        place = Place(self.place.file, self.place.line, ".".join(keys) or None)
        return Fault(place, defect.found, defect.expected, defect.fix)


@dataclass(frozen=True, slots=True)
class Unread:
    """A fault because of which a file, or the rest of it, was not read at all."""

    fault: Fault


def read_rows(paths: Sequence[str | Path]) -> Iterator[Row | Fault | Unread]:
    """Stream the rows of files in the order given. Never raises because of what a file holds.

    A file whose first character is ``[`` is a JSON array; any other is JSONL, of which blank
    lines are skipped. Both are UTF-8, with or without a byte order mark.

    Yields:
        A ``Row`` for what could be decoded, a ``Fault`` for a line that could not, ``Unread`` for
        a file that is missing, no text, or empty, and for an array that breaks off.
    """
    for path in paths:
        yield from _rows_of_path(str(path))


def _rows_of_path(name: str) -> Iterator[Row | Fault | Unread]:
    empty = True
    with ExitStack() as opened:
        try:
            file = opened.enter_context(Path(name).open("rb"))
        # ValueError: a path that no file system takes, such as one with a null character.
        except (OSError, ValueError) as error:
            yield _unreadable(name, error)
            return
        try:
            for item in _rows_of(file, name):
                empty = False
                yield item
        except OSError as error:
            yield _unreadable(name, error)
            return
    if empty:
        yield _unread(name, "no rows", "at least one row", "")


def _rows_of(file: BufferedReader, name: str) -> Iterator[Row | Fault | Unread]:
    # A peek, since a pipe cannot be wound back.
    head = file.peek()
    for start, (found, fix) in _FOREIGN_STARTS.items():
        if head.startswith(start):
            yield _unread(name, found, "JSONL or a JSON array, as UTF-8 text", fix)
            return
    if head.startswith(_BOM):
        file.read(len(_BOM))
    is_array = head.removeprefix(_BOM).lstrip().startswith(b"[")
    yield from _rows_of_array(file, name) if is_array else _rows_of_lines(file, name)


def _rows_of_lines(file: BufferedReader, name: str) -> Iterator[Row | Fault]:
    for number, line in _lines(file):
        place = Place(name, number)
        if line is None:
            yield Fault(
                place,
                f"a line of more than {MAX_LINE_BYTES:,} bytes",
                "one conversation a line",
                "split the conversation; or, if line ends were lost, put them back",
            )
        elif line.strip():
            yield _row_of_line(place, line)


def _row_of_line(place: Place, line: bytes) -> Row | Fault:
    try:
        decoded = _decode_line(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _not_utf8(place, error.start, error.object[error.start])
    except BrokenJsonError as error:
        column = "" if error.position is None else f" at column {error.position + 1}"
        return Fault(
            place, f"broken JSON{column}: {error.found}", "one JSON object", _ONE_OBJECT_A_LINE
        )
    return Row(place, f"{_name_of(place.file)}:{place.line}", decoded.value, decoded.defects)


@lru_cache(maxsize=1)  # asked for each row of one file after another
def _name_of(file: str) -> str:
    return Path(file).name


def _decode_line(text: str) -> Decoded:
    blank = " \t\r"
    decoded = decode_value(text, len(text) - len(text.lstrip(blank)))
    rest = text[decoded.end :].lstrip(blank)
    if rest:
        raise BrokenJsonError("more text after the end of the row", len(text) - len(rest))
    return decoded


def _lines(file: BufferedReader) -> Iterator[tuple[int, bytes | None]]:
    """Yield line numbers and lines without their ends; None for a line that is too long."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + len(b"\r\n")):
        number += 1
        content = line.rstrip(b"\r\n")
        if len(content) <= MAX_LINE_BYTES:
            yield number, content
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(_CHUNK_BYTES)
        yield number, None


def _rows_of_array(file: BufferedReader, name: str) -> Iterator[Row | Unread]:
    data = file.read(MAX_ARRAY_BYTES + 1)
    if len(data) > MAX_ARRAY_BYTES:
        found = f"a JSON array of more than {MAX_ARRAY_BYTES:,} bytes"
        yield _unread(name, found, "JSONL, which is read line by line", "write one row a line")
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line_start = data.rfind(b"\n", 0, error.start) + 1
        place = Place(name, data.count(b"\n", 0, error.start) + 1)
        yield Unread(_not_utf8(place, error.start - line_start, data[error.start]))
        return
    del data
    last_line = 0
    try:
        for index, (line, decoded) in enumerate(array_elements(text)):
            label = f"{Path(name).name}:{line}" + (f"[{index}]" if line == last_line else "")
            last_line = line
            yield Row(Place(name, line, f"[{index}]"), label, decoded.value, decoded.defects)
    except BrokenArrayError as error:
        yield Unread(
            Fault(
                Place(name, error.line),
                f"broken JSON at column {error.column}: {error.found}",
                "a JSON array of objects",
                "correct it there; what follows in this file was not read",
            )
        )


def _not_utf8(place: Place, offset_bytes: int, byte: int) -> Fault:
    return Fault(
        place,
        f"byte {offset_bytes + 1} of the line, 0x{byte:02x}, is not UTF-8",
        "UTF-8 text",
        "save the file as UTF-8; it may be in another encoding such as GBK",
    )


def _unread(name: str, found: str, expected: str, fix: str) -> Unread:
    return Unread(Fault(Place(name), found, expected, fix))


def _unreadable(name: str, error: OSError | ValueError) -> Unread:
    if isinstance(error, FileNotFoundError):
        return _unread(name, "no such file", "a JSONL or JSON file", "check the path")
    if Path(name).is_dir():
        return _unread(name, "a directory", "a JSONL or JSON file", "name the files in it")
    reason = error.strerror if isinstance(error, OSError) else None
    return _unread(
        name,
        f"cannot be read: {reason or error}",
        "a readable file",
        "check the path and its permissions",
    )
