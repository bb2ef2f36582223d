"""Answers that ``rolewright ask --json`` logged, and what became known of them later."""

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from rolewright.confidence.scores import STATES
from rolewright.conversations.defect import Defect, wrong_type
from rolewright.conversations.read import collect
from rolewright.conversations.rows import Row
from rolewright.errors import Fault, Place, UserError

_ERROR_SCHEMA = "rolewright.error/1"
_ROUNDING = 1e-3
_LeftOut = Literal["failure", "other calibration"]
"""Why a line counts as no answer."""
_LEFT_OUT = "log what `rolewright ask --json` prints, or leave the row out"


@dataclass(frozen=True, slots=True)
class LoggedAnswer:
    """A line of a log.

    Attributes:
        place: its file and line.
        question: as it was asked.
        scores: raw, by the names in ``scores``.
        confidence: that was given with the answer; None where there was none.
        correct: the label; None where nobody has given one.
        names_calibration: whether the line tells under which calibration it was given.
    """

    place: Place
    question: str
    scores: dict[str, float]
    confidence: float | None
    correct: bool | None
    names_calibration: bool = False


@dataclass(frozen=True, slots=True)
class AnswerLog:
    """What logs hold.

    Attributes:
        answers: in the order of the files, at least one.
        failures: lines in which ``ask`` told of an error instead of an answer.
        other_calibrations: answers that were given under another calibration, or under none.
    """

    answers: list[LoggedAnswer]
    failures: int
    other_calibrations: int

    @property
    def unnamed_calibrations(self) -> int:
        """How many answers do not say which: older versions did not write it down."""
        return sum(not answer.names_calibration for answer in self.answers)


def read_answer_log(
    paths: Sequence[str | Path],
    *,
    calibration: str,
    known: Collection[str],
    needed: Collection[str],
) -> AnswerLog:
    """Read logs of answers: JSON lines (or arrays) as ``rolewright ask --json`` prints them.

    Args:
        paths: read in this order.
        calibration: hash of the one that is asked about; answers under another are left out.
        known: the scores to read; others, and other keys, are ignored.
        needed: those that every answer has to have.

    Raises:
        UserError: with all faults of all files, or because there is no answer at all.
    """
    read = partial(
        _read_answer,
        calibration=calibration,
        known=tuple(dict.fromkeys((*known, *needed))),
        needed=needed,
    )
    rows, _ = collect(paths, read)
    answers = [row for row in rows if isinstance(row, LoggedAnswer)]
    other_calibrations = rows.count("other calibration")
    if not answers and other_calibrations:
        raise UserError.at(
            ", ".join(map(str, paths)),
            f"all {other_calibrations} answers were given under another calibration",
            expected=f"lines with calibration {calibration}, this bundle's",
            fix="log what this bundle answers from now on, or name the bundle that gave them",
        )
    if not answers:
        raise UserError.at(
            ", ".join(map(str, paths)),
            "errors only, no answer",
            expected="lines that `rolewright ask --json` prints",
        )
    return AnswerLog(answers, rows.count("failure"), other_calibrations)


def _read_answer(
    row: Row, *, calibration: str, known: Collection[str], needed: Collection[str]
) -> LoggedAnswer | tuple[Fault, ...] | _LeftOut:
    """An answer, all that is wrong with it, or why it counts as none."""
    if not isinstance(row.value, dict):
        defects = wrong_type("", row.value, "one JSON object a line", _LEFT_OUT)
        return tuple(map(row.fault, (*row.defects, *defects)))
    if row.value.get("schema") == _ERROR_SCHEMA:
        return "failure"
    named = row.value.get("calibration")
    if isinstance(named, str | None) and row.value.get("calibration", calibration) != calibration:
        return "other calibration"  # which may have other scores
    question, question_defects = _read_question(row.value)
    scores, score_defects = _read_scores(row.value, known, needed)
    given, given_defects = _read_confidence(row.value)
    correct, label_defects = _read_label(row.value)
    defects = (*row.defects, *question_defects, *score_defects, *given_defects, *label_defects)
    if not isinstance(named, str | None):
        defects += wrong_type("calibration", named, "its hash, or null for none")
    if question is None or defects:
        return tuple(map(row.fault, defects))
    return LoggedAnswer(row.place, question, scores, given, correct, named is not None)


def _read_question(row: Mapping[str, object]) -> tuple[str | None, tuple[Defect, ...]]:
    if "question" not in row:
        return None, (Defect("question", "missing", "the text that was asked", _LEFT_OUT),)
    value = row["question"]
    if isinstance(value, str):
        return value, ()
    return None, wrong_type("question", value, "the text that was asked")


def _read_scores(
    row: Mapping[str, object], known: Collection[str], needed: Collection[str]
) -> tuple[dict[str, float], tuple[Defect, ...]]:
    expected = "an object with the raw scores of the answer"
    if "scores" not in row:
        return {}, (Defect("scores", "missing", expected, _LEFT_OUT),)
    values = row["scores"]
    if not isinstance(values, dict):
        return {}, wrong_type("scores", values, expected)
    defects = [
        Defect(f"scores.{name}", "missing", "the scores that the confidence is made of", _LEFT_OUT)
        for name in needed
        if name not in values
    ]
    scores = {}
    for name in known:
        if name in values:
            score, wrong = _read_number(f"scores.{name}", values[name])
            defects.extend(wrong)
            scores[name] = score
    return scores, tuple(defects)


def _read_confidence(row: Mapping[str, object]) -> tuple[float | None, tuple[Defect, ...]]:
    if row.get("confidence") is None:
        return None, ()
    return _read_number("confidence", row["confidence"])


def _read_label(row: Mapping[str, object]) -> tuple[bool | None, tuple[Defect, ...]]:
    value = row.get("correct")
    if value is None or isinstance(value, bool):
        return value, ()
    return None, wrong_type("correct", value, "true or false", "leave it out where nobody knows")


def _read_number(key: str, value: object) -> tuple[float, tuple[Defect, ...]]:
    """A number, 0 where it is none; no score but a state is negative, unless by rounding."""
    signed = key.removeprefix("scores.") in STATES
    least = -sys.float_info.max if signed else -_ROUNDING
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and least <= value <= sys.float_info.max
    ):
        return float(value) if signed else max(0.0, float(value)), ()
    return 0.0, wrong_type(key, value, "a number" if signed else "a number of at least 0")
