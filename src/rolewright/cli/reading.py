"""Read what the arguments name, and say what was skipped."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, get_args

from rolewright.bundle.read import Bundle
from rolewright.cli.output import say
from rolewright.conversations.conversation import Conversation
from rolewright.conversations.prompt_hash import hash_prompt
from rolewright.conversations.questions import Question, read_questions
from rolewright.conversations.read import read_all
from rolewright.errors import Fault, UserError, faults_in_words
from rolewright.models.load import Precision
from rolewright.reports.wording import Language
from rolewright.role.schema import RoleFile

if TYPE_CHECKING:
    from rolewright.confidence.calibration import Calibration
    from rolewright.confidence.dropout.settings import DropoutPlace
    from rolewright.confidence.guarantee import Promise
    from rolewright.confidence.sampling.settings import SamplingSettings

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
    tell_skipped(result.faults, len(result.conversations))
    return result.conversations


def tell_skipped(faults: Sequence[Fault], left: int) -> None:
    """Say which rows were left out, and how many are left."""
    if faults:
        say(faults_in_words(faults))
        rows = len({(fault.place.file, fault.place.line) for fault in faults})
        say(f"{rows} bad rows skipped, {left} conversations left")


def read_held_out(bundle: Bundle, paths: Sequence[Path]) -> list[Question]:
    """Read questions, and leave out those that a bundle was trained on; tells how many.

    Raises:
        UserError: with all faults of all files.
    """
    trained = bundle.trained_prompts()
    questions = read_questions(paths, literal_control_tokens=bundle.role.literal_control_tokens)
    held_out = [q for q in questions if hash_prompt(q.conversation.prompt) not in trained]
    if left_out := len(questions) - len(held_out):
        say(f"{left_out} of {len(questions)} questions were trained on, and are left out")
    return held_out


def read_calibration(bundle: Bundle) -> "Calibration | None":
    """A bundle's calibration; None where none has been fitted.

    Raises:
        UserError: another version wrote it.
    """
    from pydantic import ValidationError

    from rolewright.confidence.calibration import Calibration

    text = bundle.calibration()
    try:
        return None if text is None else Calibration.model_validate_json(text)
    except ValidationError as error:
        raise UserError.at(
            bundle.folder / str(bundle.manifest.calibration),
            "this is not a calibration that this version of Rolewright reads",
            fix="fit another with `rolewright calibrate`",
        ) from error


def require_calibration(bundle: Bundle) -> "Calibration":
    """A bundle's calibration.

    Raises:
        UserError: none has been fitted, or another version wrote it.
    """
    calibration = read_calibration(bundle)
    if calibration is None:
        raise UserError.at(
            bundle.folder,
            "this bundle has no confidence to judge",
            fix=f"fit one with `rolewright calibrate {bundle.folder} QA`",
        )
    return calibration


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
    chosen: Precision = parse_choice("--precision", name, get_args(Precision))
    return chosen


def parse_choice(option: str, text: str, choices: Sequence[Choice]) -> Choice:
    """Check the value of an option that takes one of a few words.

    Raises:
        UserError: it is none of them.
    """
    for choice in choices:
        if choice == text:
            return choice
    expected = " or ".join((", ".join(choices[:-1]), choices[-1]))
    raise UserError.at(option, f"found {text!r}", expected=expected)


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


def parse_promise(max_error: str | None, delta: str, *, by_scenario: bool) -> "Promise | None":
    """What is to be promised about wrong answers; None = nothing.

    Raises:
        UserError: one of them is no share.
    """
    from rolewright.confidence.guarantee import Promise

    may_fail = parse_share("--delta", delta)
    if max_error is not None:
        return Promise(parse_share("--max-error", max_error), may_fail, by_scenario)
    if by_scenario:
        raise UserError.at("--by-scenario", "nothing is promised", fix="add --max-error")
    return None


def parse_dropout_place(text: str, budget: str) -> "DropoutPlace":
    """Check the value of ``--dropout-place``.

    Raises:
        UserError: it is none of the two, or the budget has no dropout.
    """
    from rolewright.confidence.dropout.settings import DROPOUT_PLACES

    place: DropoutPlace = parse_choice("--dropout-place", text, DROPOUT_PLACES)
    if place == "adapter" and budget != "full":
        raise UserError.at(
            "--dropout-place adapter", f"--budget {budget} has no dropout", fix="add --budget full"
        )
    return place


def parse_sampling(
    number: int, same_meaning: str | None, min_cosine: float | None
) -> "SamplingSettings | None":
    """How many answers are to be drawn to a question, and what compares them; None = none.

    Args:
        number: of answers.
        same_meaning: the model that tells which of them mean the same; None = equal texts do.
        min_cosine: from which cosine on, where it is an embedding model; None = not said.

    Raises:
        UserError: it is one, which agrees with itself, or the model is none that can tell.
    """
    from rolewright.confidence.sampling.settings import SamplingSettings

    if number == 1:
        raise UserError.at("--samples", "found 1", expected="0 for none, or at least 2")
    if number == 0 and same_meaning is not None:
        raise UserError.at("--same-meaning", "no answers are drawn", fix="add --samples 8")
    if same_meaning is None:
        if min_cosine is not None:
            raise UserError.at(
                "--min-cosine", "there is no embedding model", fix="name one with --same-meaning"
            )
        return SamplingSettings(samples=number) if number else None
    from rolewright.confidence.sampling.meaning_model import describe_meaning_model

    described = describe_meaning_model(same_meaning, min_cosine, say)
    return SamplingSettings(samples=number, same_meaning=described)


def parse_language(name: str) -> Language:
    """Check the value of ``--lang``.

    Raises:
        UserError: it is neither of the two.
    """
    chosen: Language = parse_choice("--lang", name, get_args(Language))
    return chosen
