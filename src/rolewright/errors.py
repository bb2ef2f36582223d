"""What went wrong in what the user gave us, said so that it can be put right."""

from collections.abc import Iterable
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
        return f"{self.place}: {self.found}{self.advice}"

    @property
    def advice(self) -> str:
        """What was expected and what to do, a line each; "" where neither is known."""
        expected = f"\n    expected: {self.expected}" if self.expected else ""
        return expected + (f"\n    to do: {self.fix}" if self.fix else "")


def faults_in_words(faults: Iterable[Fault]) -> str:
    """Faults for people; of a file with one fault in each row the advice is said once, at the end.

    Args:
        faults: in the order in which they are told; those of one advice stand together.
    """
    by_advice: dict[str, list[Fault]] = {}
    for fault in faults:
        by_advice.setdefault(fault.advice or str(fault), []).append(fault)
    return "\n".join(
        "\n".join(f"{each.place}: {each.found}" for each in alike) + alike[0].advice
        for alike in by_advice.values()
    )


class UserError(Exception):
    """The only error that the command line shows without a traceback.

    Carries every fault that was found, not only the first.
    """

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults_in_words(faults))
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
