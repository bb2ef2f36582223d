"""Conversations read from files: streamed, or collected with all that is wrong."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from rolewright.conversations.assembly import assemble
from rolewright.conversations.conversation import Conversation
from rolewright.conversations.rows import Row, Unread, read_rows
from rolewright.errors import Fault, Place, UserError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What was read.

    Attributes:
        conversations: the good rows, in the order of the files.
        faults: what was wrong with the rows that were skipped.
    """

    conversations: list[Conversation]
    faults: list[Fault]


def read_conversations(
    paths: Sequence[str | Path], *, answered: bool = True, literal_control_tokens: bool = False
) -> Iterator[Conversation | Fault]:
    """Stream the conversations of JSONL and JSON-array files.

    The formats of Qwen, OpenAI, ShareGPT and Alpaca are told apart row by row. Keys of a row that
    no format knows are ignored; so is ``tools``, since tool descriptions are not trained on.

    Args:
        paths: files, read in this order, as UTF-8. A JSONL file is never held as a whole.
        answered: True for training data: there has to be an assistant turn, and one at the end.
            False for prompts: the last turn may be the user's.
        literal_control_tokens: let texts spell out control tokens such as ``<|im_end|>``.

    Yields:
        A conversation for each good row, and a fault for each defect of the others. A fault
        without a line concerns a file that could not be read at all. Nothing is raised.
    """
    interpret = partial(assemble, answered=answered, literal_control_tokens=literal_control_tokens)
    for outcome in _interpret_rows(paths, interpret):
        yield outcome.fault if isinstance(outcome, Unread) else outcome


def read_all(
    paths: Sequence[str | Path],
    *,
    answered: bool = True,
    literal_control_tokens: bool = False,
    skip_bad: bool = False,
) -> ReadResult:
    """Collect the conversations that ``read_conversations`` streams.

    Args:
        paths: see ``read_conversations``.
        answered: see ``read_conversations``.
        literal_control_tokens: see ``read_conversations``.
        skip_bad: leave bad rows out and hand back their faults.

    Raises:
        UserError: with all faults, if there are any and ``skip_bad`` is False. Whatever
            ``skip_bad`` says: if a file is missing, empty or unreadable, if an array breaks off
            (how many rows are lost cannot be told), or if no conversation is left.
    """
    interpret = partial(assemble, answered=answered, literal_control_tokens=literal_control_tokens)
    conversations, faults = collect(paths, interpret, skip_bad=skip_bad)
    return ReadResult(conversations, faults)


def collect(
    paths: Sequence[str | Path],
    interpret: Callable[[Row], T | tuple[Fault, ...]],
    *,
    skip_bad: bool = False,
) -> tuple[list[T], list[Fault]]:
    """Read files whole.

    Args:
        paths: JSONL and JSON-array files.
        interpret: makes something of a row, or says all that is wrong with it.
        skip_bad: leave bad rows out and hand back their faults.

    Returns:
        What was made of the good rows, and the faults of the others.

    Raises:
        UserError: as ``read_all`` does.
    """
    kept: list[T] = []
    faults: list[Fault] = []
    unread = False
    for outcome in _interpret_rows(paths, interpret):
        if isinstance(outcome, Unread):
            unread = True
            faults.append(outcome.fault)
        elif isinstance(outcome, Fault):
            faults.append(outcome)
        else:
            kept.append(outcome)
    if faults and (unread or not skip_bad):
        raise UserError(*faults)
    if not kept:
        raise UserError(_nothing_left(paths), *faults)
    return kept, faults


def _interpret_rows(
    paths: Sequence[str | Path], interpret: Callable[[Row], T | tuple[Fault, ...]]
) -> Iterator[T | Fault | Unread]:
    for item in read_rows(paths):
        if not isinstance(item, Row):
            yield item
            continue
        outcome = interpret(item)
        if isinstance(outcome, tuple):
            yield from outcome
        else:
            yield outcome


def _nothing_left(paths: Sequence[str | Path]) -> Fault:
    names = ", ".join(map(str, paths)) or "(no files)"
    return Fault(Place(names), "no usable row", "at least one", "correct the rows, or add some")
