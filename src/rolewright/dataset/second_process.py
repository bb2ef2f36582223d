"""Half of the checks in a process of their own, so that a second core has work."""

import multiprocessing
import signal
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection
from typing import Any

from rolewright.dataset.check import ROWS_AT_ONCE, Check, check_rows
from rolewright.dataset.row import Row
from rolewright.errors import UserError
from rolewright.finding import Finding

_ROWS_WORTH_A_PROCESS = 5_000

Checks = Mapping[str, Check]


class SecondProcess:
    """Checks that are fed in another process, which begins once there are rows enough for it.

    What they find is told at the end, however many rows there are, so that findings stand in the
    same order. The other process makes the same checks anew: neither a role's own verifiers nor a
    tokenizer can be handed over.

    Args:
        checks: of few rows, fed here.
        make_checks: a function that makes them in the other process, and its arguments. All of
            it can be pickled.
    """

    def __init__(self, checks: Checks, make_checks: tuple[Any, ...]) -> None:
        self._checks = checks
        self._make_checks = make_checks
        self._waiting: list[Row] = []
        self._connection: Connection | None = None
        self._figures: dict[str, Any] = {}

    def add(self, row: Row) -> Iterator[Finding]:
        """Hand a row over; nothing is found until the end."""
        self._waiting.append(row)
        if self._connection is None:
            if len(self._waiting) == _ROWS_WORTH_A_PROCESS:
                self._begin()
        elif len(self._waiting) == ROWS_AT_ONCE:
            self._send()
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """All that these checks find, about single rows and about the data as a whole.

        Raises:
            UserError: one of the role's verifiers did.
            RuntimeError: the other process ended before it had checked everything.
        """
        if self._connection is None:
            found = _run(self._checks, iter([self._waiting]))
        else:
            self._send()
            self._connection.send(None)
            found, self._figures = self._receive(self._connection)
        yield from found

    def figures(self) -> dict[str, Any]:
        """The figures of each check, by its name."""
        return _figures(self._checks) if self._connection is None else self._figures

    def _begin(self) -> None:
        # Spawned: a fork would inherit the locks of a tokenizer's threads.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, *self._make_checks), daemon=True
        )
        self._process.start()
        theirs.close()
        self._send()

    def _send(self) -> None:
        assert self._connection is not None
        rows, self._waiting = self._waiting, []
        try:
            self._connection.send(rows)
        except (BrokenPipeError, ConnectionResetError):
            self._receive(self._connection)
            raise

    def _receive(self, connection: Connection) -> tuple[list[Finding], dict[str, Any]]:
        try:
            answer = connection.recv()
        except (EOFError, ConnectionResetError):
            raise RuntimeError("the second process of the check ended; out of memory?") from None
        finally:
            self._process.join()
        if isinstance(answer, tuple):
            return answer
        raise UserError(*answer)


def _serve(connection: Connection, make_checks: Any, *arguments: Any) -> None:
    """Run checks over rows that arrive, until None does; answer with findings and figures."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says what happens then
    try:
        checks = make_checks(*arguments)
        found = _run(checks, iter(connection.recv, None))
        connection.send((found, _figures(checks)))
    except UserError as error:
        connection.send(list(error.faults))
    except EOFError:
        return  # the first process is gone


def _run(checks: Checks, batches: Iterator[list[Row]]) -> list[Finding]:
    found: list[Finding] = []
    for rows in batches:
        for of_row in check_rows(rows, checks):
            found += of_row
    for check in checks.values():
        found += check.finish()
    return found


def _figures(checks: Checks) -> dict[str, Any]:
    return {name: check.figures() for name, check in checks.items()}
