"""Places of many rows, held in a dozen bytes each."""

from array import array
from collections.abc import Iterator
from typing import Any

from rolewright.errors import Place


class Places:
    """A list of places that can only grow."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._files: list[str] = []
        self._file_of = array("I")
        self._lines = array("q")
        self._keys: dict[int, str] = {}  # only elements of JSON arrays have one

    def append(self, place: Place) -> None:
        """Add a place at the end."""
        number = self._numbers.setdefault(place.file, len(self._files))
        if number == len(self._files):
            self._files.append(place.file)
        if place.key is not None:
            self._keys[len(self._lines)] = place.key
        self._file_of.append(number)
        self._lines.append(place.line or 0)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, index: int) -> Place:
        file = self._files[self._file_of[index]]
        return Place(file, self._lines[index] or None, self._keys.get(index))

    def __iter__(self) -> Iterator[Place]:
        return (self[index] for index in range(len(self)))

    def figures(self) -> list[dict[str, Any]]:
        """The line numbers, file by file, for ``--json``."""
        by_file: dict[int, list[int]] = {}
        for number, line in zip(self._file_of, self._lines, strict=True):
            by_file.setdefault(number, []).append(line)
        return [{"file": self._files[n], "lines": lines} for n, lines in by_file.items()]
