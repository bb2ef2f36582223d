"""``rolewright calibrate``: give a bundle a confidence one can act on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rolewright.cli.options import AsJson, BatchSize, BundlePath, MaxNewTokens, PrecisionName
from rolewright.cli.output import EXIT_FALLS_SHORT, percent, print_json, print_table

if TYPE_CHECKING:
    from rolewright.bundle.read import Bundle
    from rolewright.confidence.calibration import Calibration
    from rolewright.confidence.guarantee import Certificate
    from rolewright.confidence.scores import Budget, HeadKind

_MaxError = Annotated[
    str | None,
    typer.Option(
        metavar="SHARE",
        help="Certify a threshold above which at most this share is wrong, e.g. 5%.",
    ),
]
_AbstainBelow = Annotated[
    float,
    typer.Option(
        "--abstain-below", min=0, max=1, help="Mark answers with less confidence as abstained."
    ),
]
_Delta = Annotated[
    str,
    typer.Option(metavar="SHARE", help="With --max-error: probability that the promise may fail."),
]
_BudgetName = Annotated[
    str,
    typer.Option(
        "--budget",
        help="What the confidence of an answer may cost: softmax (nothing), head (hardly"
        " anything), full (further passes too).",
    ),
]
_HeadName = Annotated[
    str, typer.Option("--head", help="Kind of the confidence head: linear or mlp.")
]
_DropoutPlaceName = Annotated[
    str,
    typer.Option(
        "--dropout-place",
        help="With --budget full: where dropout acts, residual (on what attention and MLP give) or"
        " adapter (on what goes into the LoRA adapter).",
    ),
]
_Samples = Annotated[
    int,
    typer.Option(
        "--samples",
        metavar="K",
        min=0,
        help="Also draw K answers to each question, and see how far they agree; 0 = none.",
    ),
]
_ByScenario = Annotated[
    bool, typer.Option("--by-scenario", help="Certify a threshold for each scenario too.")
]
_SameMeaning = Annotated[
    str | None,
    typer.Option(
        "--same-meaning",
        metavar="MODEL",
        help="Folder or hub id of the model that tells which of them mean the same: a"
        " cross-encoder for entailment, or sentence embeddings. Without: equal texts.",
    ),
]
_MinCosine = Annotated[
    float | None,
    typer.Option(
        "--min-cosine",
        metavar="C",
        min=-1,
        max=1,
        help="With sentence embeddings: from which cosine on two mean the same; 0.9 if not said.",
        show_default=False,
    ),
]

_AnswersPath = Annotated[
    Path | None,
    typer.Option(
        "--answers",
        metavar="FILE",
        help="Also write the questions with the answers given, graded: a new JSONL file, such as"
        " confidence_head.data takes.",
    ),
]


def calibrate(
    bundle_path: BundlePath,
    questions_paths: Annotated[
        list[Path], typer.Argument(metavar="QA", help="Graded questions (JSONL or JSON array).")
    ],
    abstain_below: _AbstainBelow = 0.5,
    max_error: _MaxError = None,
    delta: _Delta = "5%",
    by_scenario: _ByScenario = False,
    budget: _BudgetName = "head",
    dropout_place: _DropoutPlaceName = "residual",
    samples: _Samples = 0,
    same_meaning: _SameMeaning = None,
    min_cosine: _MinCosine = None,
    head: _HeadName = "linear",
    answers_path: _AnswersPath = None,
    max_new_tokens: MaxNewTokens = 256,
    batch_size: BatchSize = 32,
    precision: PrecisionName = "auto",
    as_json: AsJson = False,
) -> None:
    """Fit the confidence of a bundle's answers on graded questions.

    Example: rolewright calibrate bundle data/questions.jsonl
    """
    from rolewright.bundle.read import read_bundle
    from rolewright.cli.reading import (
        parse_choice,
        parse_dropout_place,
        parse_precision,
        parse_promise,
        parse_sampling,
        read_held_out,
    )
    from rolewright.confidence.scores import BUDGETS, HEAD_KINDS

    bundle = read_bundle(bundle_path)
    if answers_path is not None:
        _claim_answers(answers_path, bundle)
    chosen = parse_precision(precision)
    allowed: Budget = parse_choice("--budget", budget, BUDGETS)
    head_kind: HeadKind = parse_choice("--head", head, HEAD_KINDS)
    sampling = parse_sampling(samples, same_meaning, min_cosine)
    place = parse_dropout_place(dropout_place, allowed)
    promise = parse_promise(max_error, delta, by_scenario=by_scenario)
    questions = read_held_out(bundle, questions_paths)

    from rolewright.cli.calibrating import (
        answer_and_score,
        fit_confidence,
        put_into_force,
        write_answers,
    )

    answered = answer_and_score(
        bundle,
        questions,
        budget=allowed,
        dropout_place=place,
        sampling=sampling,
        precision=chosen,
        max_new_tokens=max_new_tokens,
        batch_size=batch_size,
        certifies=promise is not None,
    )
    if answers_path is not None:
        write_answers(answers_path, questions, answered.graded)
    fitted = fit_confidence(
        answered, head_kind=head_kind, promise=promise, abstain_below=abstain_below
    )
    calibration = put_into_force(bundle, fitted, answered)
    tell_calibration(calibration, as_json=as_json)


def _claim_answers(path: Path, bundle: "Bundle") -> None:
    from rolewright.cli.reporting import claim_file
    from rolewright.errors import UserError

    if bundle.manifest.settings["thinking"] == "on":
        raise UserError.at(
            "--answers",
            "this model reasons before it answers, and the reasoning is not kept",
            expected="a bundle that answers at once: a head reads states behind the reasoning",
            fix="leave --answers out; `ask --json` gives answer and reasoning",
        )
    claim_file(path, "--answers")


def tell_calibration(calibration: "Calibration", *, as_json: bool) -> None:
    """Print a calibration; end with exit code 1 where a promise was asked for and is not kept."""
    summary = calibration.model_dump(mode="json", by_alias=True, exclude={"graded", "certified_on"})
    if as_json:
        print_json(summary)
    else:
        show_calibration(summary)
        show_certificate(calibration.certificate)
        for scenario, certificate in calibration.scenario_certificates.items():
            print(f"{scenario}: {describe_certificate(certificate)}")
    asked_for = [calibration.certificate, *calibration.scenario_certificates.values()]
    if any(each is not None and each.threshold is None for each in asked_for):
        raise typer.Exit(EXIT_FALLS_SHORT)


def show_certificate(certificate: "Certificate | None") -> None:
    """Print a certificate, or why there is none; nothing where none was asked for."""
    if certificate is not None:
        print(describe_certificate(certificate))


def describe_certificate(certificate: "Certificate") -> str:
    """A certificate, or why there is none, as one line for people."""
    promise = (
        f"at most {certificate.max_error:.3g} of answers wrong (delta {certificate.delta:.3g})"
    )
    if certificate.threshold is None:
        return (
            f"cannot certify {promise} with n = {certificate.tested}: at least "
            f"{certificate.least_needed} answers above the threshold are needed, all of them right"
        )
    return (
        f"certified: {promise} from a confidence of {certificate.threshold:.3f} on; "
        f"{certificate.answered} of {certificate.tested} answers reach it "
        f"({certificate.coverage:.0%}), {certificate.wrong} of them wrong"
    )


def show_calibration(summary: dict[str, Any]) -> None:
    """Print the scores that were compared, and what is in force."""
    print_table(
        f"{summary['questions']} questions, {percent(summary['accuracy'])} answered right; "
        "measured on held-out folds",
        ["score", "map", "AUROC", "Brier", "ECE"],
        [
            [c["score"], c["method"], *(f"{c[key]:.3f}" for key in ("auroc", "brier", "ece"))]
            for c in summary["comparison"]
        ],
    )
    quality = summary["held_out"]
    print(
        f"held out, the choice included: AUROC {quality['auroc']:.3f}, Brier "
        f"{quality['brier']:.3f}, ECE {quality['ece']:.3f}"
    )
    print(
        f"in force: {summary['score']} through {summary['method']}; "
        f"abstains below {summary['abstain_below']:.0%}"
    )
