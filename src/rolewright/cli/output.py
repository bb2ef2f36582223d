"""What the command line writes: data on stdout, everything else on stderr."""

import io
import json
import math
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Protocol

from rolewright.errors import Fault, Place, UserError

EXIT_FALLS_SHORT = 1
EXIT_USAGE = 2
EXIT_BUG = 101
EXIT_INTERRUPTED = 130


class Advance(Protocol):
    """Told how much more is done; may also set the total and the description."""

    def __call__(
        self, amount: int, total: int | None = None, description: str | None = None
    ) -> None:
        """Move on by ``amount``."""


def say(text: str) -> None:
    """Tell the user something; data never goes this way."""
    print(text, file=sys.stderr, flush=True)


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on one line; a number that JSON does not have becomes null."""
    print(json.dumps(_finite(value), ensure_ascii=False, allow_nan=False), flush=True)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value


def write_any_text() -> None:
    """Let no character of an answer or a path be one that the terminal's encoding refuses."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def abandon_stdout() -> None:
    """Whoever read our output has gone: let what is left of it go nowhere."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # until the exit


def print_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a table under its title on stdout, as wide as the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    console.print(Text(f"\n{title}", style="bold"))
    console.print(table)


@contextmanager
def progress(description: str, total: int | None) -> Iterator[Advance]:
    """A progress bar on stderr; nothing where stderr is no terminal.

    Args:
        description: stands before the bar.
        total: None = not known yet.

    Yields:
        A function that is told how much more is done.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(description, total=total)

        def advance(amount: int, total: int | None = None, description: str | None = None) -> None:
            bar.update(task, advance=amount, total=total, description=description)

        yield advance


def report_error(error: UserError, *, as_json: bool) -> None:
    """Show every fault of a user's error, without a traceback."""
    if as_json:
        faults = [asdict(fault) for fault in error.faults]
        print_json({"schema": "rolewright.error/1", "errors": faults})
    say(str(error))
    if len(error.faults) > 1:
        say(f"{len(error.faults)} errors")


def report_bug(error: Exception, *, as_json: bool) -> None:
    """Show an error that is ours."""
    if as_json:
        ours = Fault(Place("rolewright"), f"a bug: {type(error).__name__}: {error}")
        print_json({"schema": "rolewright.error/1", "errors": [asdict(ours)]})
    traceback.print_exception(error)
    say("This is a bug in Rolewright. Please report it, with the lines above.")


def percent(value: float | None) -> str:
    """A share as people read it; an en dash where there is none."""
    return "–" if value is None else f"{value:.0%}"
