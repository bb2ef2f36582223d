"""What went wrong in what the user gave us, said so that it can be put right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a user's file.

    Attributes:
        file: path as the user wrote it, or a name such as ``--set``.
        line: line number, counted from 1; None where the file as a whole is meant.
        key: dotted path inside the line or document (``rules[2].max``); None where there is none.
    """

    file: str
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return place if self.key is None else f"{place}: {self.key}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, with what was expected and what to do about it."""

    place: Place
    found: str
    expected: str = ""
    fix: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.found}"
        if self.expected:
            text += f"\n    expected: {self.expected}"
        if self.fix:
            text += f"\n    to do: {self.fix}"
        return text


class UserError(Exception):
    """The only error that the command line shows without a traceback.

    Carries every fault that was found, not only the first.
    """

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults

    @classmethod
    def at(
        cls,
        file: object,
        found: str,
        *,
        line: int | None = None,
        key: str | None = None,
        expected: str = "",
        fix: str = "",
    ) -> "UserError":
        """Make an error with a single fault."""
        return cls(Fault(Place(str(file), line, key), found, expected, fix))
