"""The log of an evaluation: one JSON line a sample, appended as it is judged, read to go on."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from rolewright.errors import Place, UserError
from rolewright.evaluation.sample import Key, Sample

LOG = "log.jsonl"
RESULTS = "results.json"
RUN = "run.json"
_SHOWN = {
    "bundle": "bundle (trained or calibrated anew)",
    "probes": "set of prompts (--data, --suites, --quick)",
}
"""What conditions of a run are, where their names do not say it."""

Line = TypeVar("Line")


def append_records(file: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Append lines to a log."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        for record in records:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")


def read_samples(file: Path) -> list[dict[str, Any]]:
    """The records of a log, in the order in which they were judged."""
    with file.open(encoding="utf-8", newline="\n") as stream:  # U+2028 ends no line here
        return [json.loads(line) for line in stream]


def read_log(file: Path) -> dict[Key, Sample]:
    """The samples of a log, by key, up to its last whole line; none where there is no log.

    Raises:
        UserError: a line is no sample.
    """
    return {sample.key: sample for sample in _read_records(file, Sample.from_record)}


def resume_log(file: Path) -> dict[Key, Sample]:
    """The samples of a broken run, by key; see ``resume_records``."""
    return {sample.key: sample for sample in resume_records(file, Sample.from_record)}


def resume_records(file: Path, read: Callable[[Mapping[str, Any], Place], Line]) -> list[Line]:
    """The lines of a broken run's log, if there is one; what its end left of a line is cut off.

    Args:
        file: the log.
        read: makes something of a line and its place.

    Raises:
        UserError: a line within the log is none that ``read`` takes.
    """
    if file.exists():
        whole = len(_whole_lines(file))
        if whole < file.stat().st_size:
            with file.open("r+b") as stream:
                stream.truncate(whole)
    return _read_records(file, read)


def _read_records(file: Path, read: Callable[[Mapping[str, Any], Place], Line]) -> list[Line]:
    if not file.exists():
        return []
    found = []
    for number, line in enumerate(_whole_lines(file).decode("utf-8").split("\n")[:-1], start=1):
        try:
            found.append(read(json.loads(line), Place(str(file), number)))
        except (ValueError, KeyError, TypeError) as error:
            raise UserError.at(
                file,
                f"this is no line of an evaluation's log: {error!r}",
                line=number,
                fix="remove the line, or evaluate anew into another folder",
            ) from error
    return found


def _whole_lines(file: Path) -> bytes:
    data = file.read_bytes()
    return data[: data.rfind(b"\n") + 1]


def claim_run(folder: Path, conditions: dict[str, Any]) -> dict[Key, Sample]:
    """Begin a run in a new or empty folder, or go on with a broken one under the same conditions.

    Args:
        folder: of the run.
        conditions: all that its samples depend on, as JSON values.

    Returns:
        The samples that it has already.

    Raises:
        UserError: another run, a finished one or anything else lies there.
    """
    from rolewright.bundle.write import claim_folder, write_text

    file = folder / RUN
    if not file.exists():
        claim_folder(folder)
        write_text(file, json.dumps(conditions, ensure_ascii=False, indent=2) + "\n")
        return {}
    before = json.loads(file.read_text("utf-8"))
    if (folder / RESULTS).exists():
        raise UserError.at(
            folder, "a finished evaluation lies here", fix="choose another path for --out"
        )
    if before != conditions:
        names = {*before, *conditions}
        other = sorted(
            _SHOWN.get(name, name) for name in names if before.get(name) != conditions.get(name)
        )
        raise UserError.at(
            file,
            f"the run that stopped here had another {', '.join(other)}",
            expected="the same command, so that it can go on",
            fix="give the same options, or choose another path for --out",
        )
    return resume_log(folder / LOG)
