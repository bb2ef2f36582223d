"""A cleaned copy of training data: without the rows that check says are better left out."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rolewright.conversations.assembly import assemble
from rolewright.conversations.conversation import Conversation
from rolewright.conversations.rows import Row, Unread, read_rows
from rolewright.dataset.check import Check
from rolewright.dataset.leakage import Leakage
from rolewright.dataset.near_duplicates import NearDuplicates
from rolewright.dataset.scenarios import Scenarios
from rolewright.errors import UserError
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
        UserError: something lies there, or two of the files would have the same name.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError.at(
            folder, "this is taken", expected="a folder that is new or empty", fix="name another"
        )
    for name, count in Counter(_copy_name(file) for file in files).items():
        if count > 1:
            raise UserError.at(
                folder, f"{count} files would be written to {name}", fix="rename, or fix one by one"
            )


def write_cleaned(
    files: Sequence[Path], folder: Path, role: RoleFile, cleaning: Cleaning
) -> CleanedCopy:
    """Read data again and write what is kept, one JSONL file for each; the folder is whole or absent.

    Args:
        files: the data that were checked.
        folder: new or empty.
        role: says what may stand in a row.
        cleaning: what is done.

    Raises:
        UserError: the folder cannot be written, or the files have changed since.
    """
    refuse_taken(folder, files)
    copy = CleanedCopy()
    index = 0
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            with (made / LEFT_OUT).open("w", encoding="utf-8") as reasons:
                for file in files:
                    with (made / _copy_name(file)).open("w", encoding="utf-8") as kept:
                        copy.kept[str(file)] = 0
                        for line, reason, readable in _clean(file, role, cleaning, index):
                            index += readable
                            copy.kept[str(file)] += reason is None
                            if reason is None:
                                kept.write(line)
                            else:
                                copy.left_out[reason] += 1
                                reasons.write(line)
            _refuse_changed(files, index, cleaning)
            if folder.exists():
                folder.rmdir()
            made.chmod(0o755)
            made.rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise UserError.at(folder, f"the folder cannot be written: {error.strerror}") from error
    return copy


def _clean(
    file: Path, role: RoleFile, cleaning: Cleaning, index: int
) -> Iterator[tuple[str, str | None, bool]]:
    """Yield lines to write, why the row is left out (None = it is kept), and whether it is readable."""
    for row in read_rows([file]):
        if not isinstance(row, Row):
            fault = row.fault if isinstance(row, Unread) else row
            yield f"{fault.place}: RW101: {fault.found}\n", "RW101", False
            continue
        conversation = assemble(
            row, answered=True, literal_control_tokens=role.literal_control_tokens
        )
        if not isinstance(conversation, Conversation):
            found = "; ".join(fault.found for fault in conversation)
            yield f"{row.place}: RW101: {found}\n", "RW101", False
            continue
        reason = cleaning.left_out.get(index)
        index += 1
        if reason is not None:
            yield f"{row.place}: {reason}\n", reason, True
        else:
            yield _write_row(row, cleaning.weights.get(conversation.scenario or "")), None, True


def _write_row(row: Row, factor: float | None) -> str:
    value = row.value
    if factor is not None and isinstance(value, dict):
        weight = value.get("weight")
        own = weight if isinstance(weight, int | float) and not isinstance(weight, bool) else 1
        value = value | {"weight": round(own * factor, 4)}
    return json.dumps(value, ensure_ascii=False) + "\n"


def _copy_name(file: Path) -> str:
    return f"{file.stem}.jsonl"


def _refuse_changed(files: Sequence[Path], rows: int, cleaning: Cleaning) -> None:
    if rows != cleaning.rows:
        raise UserError.at(
            ", ".join(map(str, files)),
            f"{cleaning.rows} rows were checked, and {rows} are there now",
            expected="files that stay as they are, and can be read twice",
            fix="name files, not pipes, and check again",
        )
