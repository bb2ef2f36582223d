"""A cleaned copy of training data: without the rows that check says are better left out."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple

from rolewright.conversations.assembly import assemble
from rolewright.conversations.conversation import Conversation
from rolewright.conversations.rows import Row, Unread, read_rows
from rolewright.dataset.check import Check
from rolewright.dataset.leakage import Leakage
from rolewright.dataset.near_duplicates import NearDuplicates
from rolewright.dataset.scenarios import Scenarios
from rolewright.errors import Fault, Place, UserError
from rolewright.finding import CODES
from rolewright.role.schema import RoleFile

LEFT_OUT = "left-out.txt"
"""Says of each row that was left out where it stood, and why."""


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What is done to data.

    Attributes:
        rows: how many readable rows there are.
        left_out: the code of the finding, by the index of the row among those that can be read.
        weights: the factor on the weight of the rows that are kept, by scenario; empty = none.
    """

    rows: int
    left_out: Mapping[int, str]
    weights: Mapping[str, float]


class Outcome(NamedTuple):
    """What becomes of a row.

    Attributes:
        line: to be written, to the copy or to ``LEFT_OUT``.
        code: of the finding because of which it is left out; None = it is kept.
    """

    line: str
    code: str | None = None


@dataclass(slots=True)
class CleanedCopy:
    """What was written.

    Attributes:
        kept: how many rows, by file.
        left_out: how many rows, by the code of the finding.
    """

    kept: dict[str, int] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


def plan_cleaning(checks: Mapping[str, Check]) -> Cleaning:
    """Decide which rows to leave out, from checks that all rows have gone through.

    What leaks goes first, so that no row is left out for being like one that leaks.
    """
    match checks:
        case {
            "leakage": Leakage() as leakage,
            "near_duplicates": NearDuplicates() as near_duplicates,
            "scenarios": Scenarios() as scenarios,
        }:
            left_out = dict(leakage.leaking_rows())
            left_out |= near_duplicates.superfluous_rows(left_out.keys())
            return Cleaning(scenarios.rows, left_out, scenarios.balancing_weights(left_out.keys()))
        case _:
            raise ValueError("the checks of `data_checks` are needed")


def refuse_taken(folder: Path, files: Sequence[Path]) -> None:
    """Make sure that a copy can be written.

    Raises:
        UserError: there are no files, something lies there, or two files would have one name.
    """
    if not files:
        raise UserError.at(folder, "no data to clean", fix="name files after the role")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError.at(
            folder, "this is taken", expected="a folder that is new or empty", fix="name another"
        )
    for name, times in Counter(map(_copy_name, files)).items():
        if times > 1:
            raise UserError.at(
                folder, f"{times} files would be written to {name}", fix="rename, or fix one by one"
            )


def write_cleaned(
    files: Sequence[Path], folder: Path, role: RoleFile, cleaning: Cleaning
) -> CleanedCopy:
    """Read data again and write what is kept, one JSONL file for each file.

    The folder is whole or absent, and the data stay as they are.

    Args:
        files: the data that were checked.
        folder: new or empty.
        role: says what may stand in a row.
        cleaning: what is done.

    Raises:
        UserError: the folder cannot be written, or the files have changed since.
    """
    refuse_taken(folder, files)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            copy = _write_files(files, made, role, cleaning)
            if folder.exists():
                folder.rmdir()
            made.chmod(0o755)
            made.rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise UserError.at(folder, f"the folder cannot be written: {error.strerror}") from error
    return copy


def _write_files(
    files: Sequence[Path], folder: Path, role: RoleFile, cleaning: Cleaning
) -> CleanedCopy:
    copy = CleanedCopy()
    readable = count()
    with (folder / LEFT_OUT).open("w", encoding="utf-8") as left_out:
        for file in files:
            copy.kept[str(file)] = 0
            with (folder / _copy_name(file)).open("w", encoding="utf-8") as kept:
                for line, code in _clean(file, role, cleaning, readable):
                    if code is None:
                        copy.kept[str(file)] += 1
                        kept.write(line)
                    else:
                        copy.left_out[code] += 1
                        left_out.write(line)
    if (rows := next(readable)) != cleaning.rows:
        raise UserError.at(
            ", ".join(map(str, files)),
            f"{cleaning.rows} rows were checked, and {rows} are there now",
            expected="files that stay as they are, and can be read twice",
            fix="name files, not pipes, and check again",
        )
    return copy


def _clean(
    file: Path, role: RoleFile, cleaning: Cleaning, readable: Iterator[int]
) -> Iterator[Outcome]:
    """What becomes of each row of a file; ``readable`` numbers those that can be read."""
    for row in read_rows([file]):
        if not isinstance(row, Row):
            yield _unreadable((row.fault if isinstance(row, Unread) else row,))
            continue
        literal = role.literal_control_tokens
        conversation = assemble(row, answered=True, literal_control_tokens=literal)
        if not isinstance(conversation, Conversation):
            yield _unreadable(conversation)
            continue
        code = cleaning.left_out.get(next(readable))
        if code is None:
            yield Outcome(_copy_row(row, cleaning.weights.get(conversation.scenario or "")))
        else:
            yield Outcome(f"{row.place}: {code}, {CODES[code][1]}\n", code)


def _unreadable(faults: Sequence[Fault]) -> Outcome:
    place = faults[0].place
    return Outcome(
        f"{Place(place.file, place.line)}: RW101, {'; '.join(fault.found for fault in faults)}\n",
        "RW101",
    )


def _copy_row(row: Row, factor: float | None) -> str:
    value = row.value
    if factor is not None and isinstance(value, dict):
        weight = value.get("weight")
        own = weight if isinstance(weight, int | float) and not isinstance(weight, bool) else 1
        value = value | {"weight": round(own * factor, 4)}
    return json.dumps(value, ensure_ascii=False) + "\n"


def _copy_name(file: Path) -> str:
    return f"{file.stem}.jsonl"
