"""``rolewright confidence``: how good a bundle's confidence is on questions it never saw."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rolewright.cli.options import (
    AsJson,
    BatchSize,
    BundlePath,
    MaxNewTokens,
    PrecisionName,
    ReportLanguage,
)
from rolewright.cli.output import percent, print_json, print_table, progress, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rolewright.bundle.read import Bundle
    from rolewright.confidence.calibration import Calibration
    from rolewright.confidence.graded import GradedAnswer
    from rolewright.confidence.report_card import Judgement
    from rolewright.conversations.questions import Question
    from rolewright.models.load import Precision

_SHOWN = {"auroc": "AUROC", "prr": "PRR", "brier": "Brier", "debiased_error": "debiased error"}


def confidence(
    bundle_path: BundlePath,
    questions_paths: Annotated[
        list[Path], typer.Argument(metavar="QA", help="Graded questions (JSONL or JSON array).")
    ],
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write a report: a new HTML file."),
    ] = None,
    language: ReportLanguage = "en",
    max_new_tokens: MaxNewTokens = 256,
    batch_size: BatchSize = 32,
    precision: PrecisionName = "auto",
    as_json: AsJson = False,
) -> None:
    """Judge a bundle's confidence on graded questions that it was not fitted to.

    Example: rolewright confidence bundle data/fresh-questions.jsonl --report card.html
    """
    from rolewright.bundle.read import read_bundle
    from rolewright.cli.reading import (
        parse_language,
        parse_precision,
        read_held_out,
        require_calibration,
    )

    chosen, of_report = parse_precision(precision), parse_language(language)
    if report is not None:
        from rolewright.cli.reporting import claim_report

        claim_report(report)
    bundle = read_bundle(bundle_path)
    questions = read_held_out(bundle, questions_paths)
    calibration = require_calibration(bundle)
    refuse_used(calibration, questions)

    judgement, graded = answer_and_judge(
        bundle,
        calibration,
        questions,
        precision=chosen,
        max_new_tokens=max_new_tokens,
        batch_size=batch_size,
    )
    if report is not None:
        from rolewright.cli.reporting import write_report_card

        write_report_card(report, bundle, judgement, graded, of_report)
        say(f"report: {report}")
    card = {"schema": "rolewright.confidence/1", **judgement.card}
    if as_json:
        print_json(card)
    else:
        show_card(card)


def answer_and_judge(
    bundle: "Bundle",
    calibration: "Calibration",
    questions: "Sequence[Question]",
    *,
    precision: "Precision",
    max_new_tokens: int,
    batch_size: int,
) -> "tuple[Judgement, list[GradedAnswer]]":
    """Let a bundle answer questions, and judge every route of its confidence by the answers.

    Args:
        bundle: whose tuned model answers, under its role.
        calibration: its own.
        questions: that nothing was fitted to.
        precision: of the weights.
        max_new_tokens: limit on an answer's length.
        batch_size: questions decoded together.

    Raises:
        UserError: all answers are right, or all are wrong.
    """
    from rolewright.cli.answering import expired_conditions, open_scorer
    from rolewright.confidence.question_answers import answer_questions
    from rolewright.confidence.report_card import judge
    from rolewright.generation.load import load_bundle_model

    model = load_bundle_model(bundle, precision=precision, say=say)
    if expired_conditions(bundle, model, calibration, max_new_tokens):
        calibration = calibration.model_copy(update={"certificate": None})
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
    return judge(calibration, answered.graded, answered.milliseconds), answered.graded


def refuse_used(calibration: "Calibration", questions: "Sequence[Question]") -> None:
    """Make sure that nothing is judged by what was fitted to it or certified on it.

    Raises:
        UserError: with every question that the calibration has used.
    """
    from rolewright.confidence.asked import question_key, question_text
    from rolewright.errors import Fault, UserError

    fitted_to = [answer.question for answer in calibration.graded]
    used = {question_key(each) for each in (*fitted_to, *calibration.certified_on)}
    faults = [
        Fault(
            question.conversation.place,
            "the confidence was fitted to this question, or certified on it",
            "questions that `rolewright calibrate` was not given",
            "leave it out",
        )
        for question in questions
        if question_key(question_text(question.conversation.prompt)) in used
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
                f"{name} (in force)" if name == card["in_force"] else name,
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
    promise = threshold["promise"]
    promised = f" (promised: at most {promise['max_error']:.3g} of them)" if promise else ""
    print(
        f"from a confidence of {threshold['confidence']:.3f} on: {threshold['answered']} answers, "
        f"{threshold['wrong']} of them wrong{promised}"
    )
    for answer in card["overconfident"]:
        print(f"wrong at {answer['confidence']:.0%}: {answer['question']} → {answer['answer']}")


def _interval(measured: dict[str, float]) -> str:
    return f"{measured['value']:z.3f} ({measured['low']:z.3f}–{measured['high']:z.3f})"
