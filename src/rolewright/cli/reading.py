"""Read what the arguments name, and say what was skipped."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar, cast, get_args

from rolewright.cli.output import say
from rolewright.conversations.conversation import Conversation
from rolewright.conversations.read import read_all
from rolewright.errors import UserError
from rolewright.models.load import Precision
from rolewright.role.schema import RoleFile

Choice = TypeVar("Choice", bound=str)


def read_conversations(
    paths: Sequence[Path], role: RoleFile, *, answered: bool, skip_bad: bool = False
) -> list[Conversation]:
    """Read conversations under a role's settings; with ``skip_bad`` say what was left out."""
    result = read_all(
        paths,
        answered=answered,
        literal_control_tokens=role.literal_control_tokens,
        skip_bad=skip_bad,
    )
    for fault in result.faults:
        say(f"skipped: {fault}")
    if result.faults:
        rows = len({(fault.place.file, fault.place.line) for fault in result.faults})
        say(f"{rows} bad rows skipped, {len(result.conversations)} conversations left")
    return result.conversations


def parse_question(text: str) -> str:
    """Check what a model is to be asked.

    Raises:
        UserError: it is blank, or no UTF-8 text.
    """
    if not text.strip():
        raise UserError.at("the question", "it is empty", fix="ask something")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserError.at("the question", "it is not UTF-8 text") from error
    return text


def parse_precision(name: str) -> Precision:
    """Check the value of ``--precision``.

    Raises:
        UserError: it is none of the three.
    """
    if name not in get_args(Precision):
        raise UserError.at("--precision", f"found {name!r}", expected="auto, fp32 or bf16")
    return cast("Precision", name)


def parse_choice(option: str, text: str, choices: Sequence[Choice]) -> Choice:
    """Check the value of an option that takes one of a few words.

    Raises:
        UserError: it is none of them.
    """
    for choice in choices:
        if choice == text:
            return choice
    raise UserError.at(option, f"found {text!r}", expected="one of " + ", ".join(choices))


def parse_share(option: str, text: str) -> float:
    """Read a share, 5% or 0.05, that an option takes.

    Raises:
        UserError: it does not lie between 0 and 1.
    """
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise UserError.at(option, f"found {text!r}", expected="a share such as 5% or 0.05")
    return value


def parse_language(name: str) -> None:
    """Check the value of ``--lang``.

    Raises:
        UserError: it is neither of the two.
    """
    if name not in {"en", "zh"}:
        raise UserError.at("--lang", f"found {name!r}", expected="en or zh")
