"""``rolewright confidence``: how good a bundle's confidence is on questions it never saw."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rolewright.cli.options import AsJson, BatchSize, BundlePath, MaxNewTokens, PrecisionName
from rolewright.cli.output import percent, print_json, print_table, progress, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rolewright.confidence.calibration import Calibration
    from rolewright.conversations.questions import Question

_SHOWN = {"auroc": "AUROC", "prr": "PRR", "brier": "Brier", "debiased_error": "debiased error"}


def confidence(
    bundle_path: BundlePath,
    questions_paths: Annotated[
        list[Path], typer.Argument(metavar="QA", help="Graded questions (JSONL or JSON array).")
    ],
    max_new_tokens: MaxNewTokens = 256,
    batch_size: BatchSize = 32,
    precision: PrecisionName = "auto",
    as_json: AsJson = False,
) -> None:
    """Judge a bundle's confidence on graded questions that it was not fitted to.

    Example: rolewright confidence bundle data/fresh-questions.jsonl
    """
    from rolewright.bundle.read import read_bundle
    from rolewright.cli.answering import open_scorer, read_calibration
    from rolewright.cli.reading import parse_precision, read_held_out
    from rolewright.errors import UserError

    bundle = read_bundle(bundle_path)
    chosen = parse_precision(precision)
    questions = read_held_out(bundle, questions_paths)
    calibration = read_calibration(bundle)
    if calibration is None:
        raise UserError.at(
            bundle_path,
            "this bundle has no confidence to judge",
            fix=f"fit one with `rolewright calibrate {bundle_path} QA`",
        )
    refuse_used(calibration, questions)

    from rolewright.confidence.question_answers import answer_questions
    from rolewright.confidence.report_card import judge
    from rolewright.generation.chat_model import load_bundle_model

    model = load_bundle_model(bundle, precision=chosen, say=say)
    with progress("answering", total=len(questions)) as advance:
        answered = answer_questions(
            model,
            questions,
            role_system=bundle.role.system,
            max_new_tokens=max_new_tokens,
            batch_size=batch_size,
            scorer=open_scorer(bundle, calibration, all_routes=True),
            on_answers=advance,
        )
    judgement = judge(calibration, answered.graded, answered.milliseconds)
    card = {"schema": "rolewright.confidence/1", **judgement.card}
    if as_json:
        print_json(card)
    else:
        show_card(card)


def refuse_used(calibration: "Calibration", questions: "Sequence[Question]") -> None:
    """Make sure that nothing is judged by what was fitted to it or certified on it.

    Raises:
        UserError: with every question that the calibration has used.
    """
    from rolewright.errors import Fault, UserError

    used = {answer.question for answer in calibration.graded} | set(calibration.certified_on)
    faults = [
        Fault(
            question.conversation.place,
            "the confidence was fitted to this question, or certified on it",
            "questions that `rolewright calibrate` was not given",
            "leave it out",
        )
        for question in questions
        if question.conversation.prompt[-1].content in used
    ]
    if faults:
        raise UserError(*faults)


def show_card(card: dict[str, Any]) -> None:
    """Print the measures of every route, and the wrong answers that were trusted most."""
    routes = card["routes"]
    print_table(
        f"{card['questions']} questions, {percent(card['accuracy'])} answered right; 95% intervals",
        ["route", "score", *_SHOWN.values(), "ECE", "ECE by chance", "ms"],
        [
            [
                name,
                route["score"],
                *(_interval(route["measures"][key]) for key in _SHOWN),
                f"{route['measures']['ece']['value']:.3f}",
                f"{route['noise_floor']:.3f}",
                f"{route['milliseconds']:.2f}",
            ]
            for name, route in routes.items()
        ],
    )
    print(f"ms: added to the {card['decoding_milliseconds']:.0f} ms that decoding an answer took")
    threshold = card["threshold"]
    print(
        f"from a confidence of {threshold['confidence']:.3f} on: {threshold['answered']} answers, "
        f"{threshold['wrong']} of them wrong"
    )
    for answer in card["overconfident"]:
        print(f"wrong at {answer['confidence']:.0%}: {answer['question']} → {answer['answer']}")


def _interval(measured: dict[str, float]) -> str:
    return f"{measured['value']:.3f} ({measured['low']:.3f}–{measured['high']:.3f})"
