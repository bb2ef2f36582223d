"""Graded questions: prompts whose answers can be told right from wrong, to calibrate confidence."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from rolewright.conversations.assembly import assemble
from rolewright.conversations.conversation import Conversation
from rolewright.conversations.defect import Defect, describe, quote, wrong_type
from rolewright.conversations.read import collect
from rolewright.conversations.rows import Row
from rolewright.errors import Fault

Match = Literal["exact", "contains", "regex", "numeric"]

_MATCHES: tuple[Match, ...] = get_args(Match)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt and what counts as a right answer to it, or an answer that is graded already.

    Attributes:
        conversation: ``conversation.prompt`` is what the model is asked.
        answers: none blank; under "regex" each compiles, under "numeric" each is what ``float``
            reads as a finite number. Empty only where ``correct`` is given.
        match: how an answer is compared; it is right if it matches one of ``answers``.
        response: the answer that was given; None = the model is to give one.
        correct: whether ``response`` is right; None = compare it.
    """

    conversation: Conversation
    answers: tuple[str, ...]
    match: Match
    response: str | None = None
    correct: bool | None = None


def read_questions(
    paths: Sequence[str | Path], *, literal_control_tokens: bool = False
) -> list[Question]:
    """Read graded questions: rows of any format with ``answers`` or a graded ``response``.

    Args:
        paths: JSONL and JSON-array files.
        literal_control_tokens: let texts spell out control tokens such as ``<|im_end|>``.

    Raises:
        UserError: with all faults of all files, or because there is no question at all.
    """

    def interpret(row: Row) -> Question | tuple[Fault, ...]:
        return _read_question(row, literal_control_tokens=literal_control_tokens)

    questions, _ = collect(paths, interpret)
    return questions


def graded_row(question: Question, response: str, *, correct: bool) -> dict[str, Any]:
    """A row that ``read_questions`` reads as this question with a graded answer.

    Args:
        question: that was asked.
        response: the answer to it.
        correct: whether it is right.
    """
    asked = question.conversation
    row: dict[str, Any] = {"id": asked.id}
    if asked.scenario is not None:
        row["scenario"] = asked.scenario
    if asked.without_role or asked.system is not None:
        row["system"] = False if asked.without_role else asked.system
    row["messages"] = [{"role": each.role, "content": each.content} for each in asked.prompt]
    return row | {"response": response, "correct": correct}


def _read_question(row: Row, *, literal_control_tokens: bool) -> Question | tuple[Fault, ...]:
    conversation = assemble(row, answered=False, literal_control_tokens=literal_control_tokens)
    faults = conversation if isinstance(conversation, tuple) else ()
    if not isinstance(row.value, dict):
        return faults
    match, match_defects = _read_match(row.value)
    response, correct, response_defects = _read_response(row.value)
    answers: tuple[str, ...] = ()
    answer_defects: tuple[Defect, ...] = ()
    if "answers" in row.value or (correct is None and not response_defects):
        answers, answer_defects = _read_answers(row.value, match)
    faults += tuple(map(row.fault, (*match_defects, *response_defects, *answer_defects)))
    if isinstance(conversation, tuple) or match is None or faults:
        return faults
    return Question(conversation, answers, match, response, correct)


def _read_match(row: Mapping[str, object]) -> tuple[Match | None, tuple[Defect, ...]]:
    value = row.get("match")
    if value is None:
        return "exact", ()
    for match in _MATCHES:
        if value == match:
            return match, ()
    return None, wrong_type("match", value, "one of " + ", ".join(map(quote, _MATCHES)))


def _read_response(
    row: Mapping[str, object],
) -> tuple[str | None, bool | None, tuple[Defect, ...]]:
    response, correct = row.get("response"), row.get("correct")
    if response is not None and not isinstance(response, str):
        return None, None, wrong_type("response", response, "a text")
    if correct is None:
        return response, None, ()
    if not isinstance(correct, bool):
        return None, None, wrong_type("correct", correct, "true or false")
    if response is None:
        return (
            None,
            None,
            (Defect("correct", "there is no response that it is said of", "response"),),
        )
    return response, correct, ()


def _read_answers(
    row: Mapping[str, object], match: Match | None
) -> tuple[tuple[str, ...], tuple[Defect, ...]]:
    expected = "a list of texts, at least one"
    if "answers" not in row:
        return (), (Defect("answers", "missing", expected),)
    values = row["answers"]
    if not isinstance(values, list) or not values:
        return (), wrong_type("answers", values, expected)
    defects: list[Defect] = []
    answers: list[str] = []
    for index, value in enumerate(values):
        key = f"answers[{index}]"
        if isinstance(value, str):
            answers.append(value)
            defects.extend(_answer_defects(key, value, match))
        else:
            defects.extend(wrong_type(key, value, "a text", "put it in double quotes"))
    return tuple(answers), tuple(defects)


def _answer_defects(key: str, answer: str, match: Match | None) -> Iterator[Defect]:
    if not answer.strip():
        yield Defect(key, f"{describe(answer)}, which says nothing", "some text")
    elif match == "regex":
        problem = _regex_problem(answer)
        if problem:
            yield Defect(key, f"{describe(answer)}: {problem}", "a Python regular expression")
    elif match == "numeric" and not _is_number(answer):
        yield Defect(key, describe(answer), "a number such as 12, -3.5 or 1e6")


def _regex_problem(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return error.msg
    except (OverflowError, RecursionError):
        return "too large"
    return None


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text.strip())) and math.isfinite(float(text))
