"""``rolewright drift``: whether answers still look like those the confidence was fitted to."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rolewright.cli.options import AsJson, BundlePath
from rolewright.cli.output import EXIT_FALLS_SHORT, print_json, print_table, say

if TYPE_CHECKING:
    from rolewright.confidence.answer_log import AnswerLog
    from rolewright.confidence.drift import DriftReport, PromiseWatch, ScoreDrift


def drift(
    bundle_path: BundlePath,
    logs: Annotated[
        list[Path],
        typer.Argument(
            metavar="LOG", help="Lines of `rolewright ask --json`; labels as `correct`, if any."
        ),
    ],
    alpha: Annotated[
        str,
        typer.Option(metavar="SHARE", help="Probability that unchanged scores are called changed."),
    ] = "1%",
    as_json: AsJson = False,
) -> None:
    """Tell whether logged answers still look like those at calibration; exit 1 if not.

    Example: rolewright drift bundle log.jsonl
    """
    from rolewright.bundle.read import read_bundle
    from rolewright.cli.reading import parse_share, require_calibration

    level = parse_share("--alpha", alpha)
    bundle = read_bundle(bundle_path)
    calibration = require_calibration(bundle)

    from rolewright.confidence.answer_log import read_answer_log
    from rolewright.confidence.drift import find_drift

    known = calibration.graded[0].scores
    log = read_answer_log(
        logs,
        calibration=str(bundle.calibration_hash),
        known=known,
        needed=calibration.reads(),
    )
    report = find_drift(calibration, log.answers, alpha=level)
    reason = reason_text(report)
    if as_json:
        fields = asdict(report)
        print_json(
            {
                "schema": "rolewright.drift/1",
                "verdict": fields.pop("verdict"),
                "reason": reason,
                "failures": log.failures,
                "other_calibrations": log.other_calibrations,
                "unnamed_calibrations": log.unnamed_calibrations,
                **fields,
            }
        )
    else:
        say_what_is_odd(log, report)
        if report.scores:
            show_scores(report)
        print(f"{report.verdict}. {reason}")
    if report.verdict == "drift found":
        raise typer.Exit(EXIT_FALLS_SHORT)


def say_what_is_odd(log: "AnswerLog", report: "DriftReport") -> None:
    """Tell of lines that are no answers, and of answers under another calibration."""
    if log.failures:
        say(f"{log.failures} lines tell of errors, and are left out")
    if log.other_calibrations:
        say(
            f"{log.other_calibrations} answers were given under another calibration than this "
            "bundle's, and are left out"
        )
    if log.unnamed_calibrations:
        say(
            f"{log.unnamed_calibrations} answers do not say under which calibration they were "
            "given (an older version wrote them), and are taken for this bundle's"
        )
    if report.other_confidences:
        say(
            f"{report.other_confidences} answers were logged with another confidence than this "
            "bundle's: begin a new log after each `rolewright calibrate`"
        )


def show_scores(report: "DriftReport") -> None:
    """Print how each score is distributed, then and now."""
    print_table(
        f"{report.questions} questions of {report.answers} logged answers, beside "
        f"{report.calibration_questions} at calibration",
        ["score", "median then", "median now", "KS distance", "p", "adjusted p", ""],
        [_row(score, report.alpha) for score in report.scores],
    )


def _row(score: "ScoreDrift", alpha: float) -> list[str]:
    return [
        score.score,
        f"{score.calibration_median:.3f}",
        f"{score.log_median:.3f}",
        f"{score.statistic:.3f}",
        f"{score.p_value:.2g}",
        f"{score.adjusted_p_value:.2g}",
        "changed" if score.adjusted_p_value < alpha else "",
    ]


def reason_text(report: "DriftReport") -> str:
    """What was found and what to do about it."""
    return " ".join(f"{reason[0].upper()}{reason[1:]}." for reason in _reasons(report))


def _reasons(report: "DriftReport") -> Iterator[str]:
    from rolewright.confidence.drift import LEAST_QUESTIONS

    changed = [score.score for score in report.changed]
    if changed:
        yield f"distributed otherwise than at calibration: {', '.join(changed)}"
    elif report.scores:
        yield (
            f"none of {len(report.scores)} scores is distributed otherwise than at calibration "
            f"(level {report.alpha:.3g})"
        )
    else:
        yield (
            f"{report.questions} different questions in the log and "
            f"{report.calibration_questions} at calibration: the scores are compared from "
            f"{LEAST_QUESTIONS} on, better hundreds"
        )
    if report.promise is not None:
        yield describe_promise(report.promise)
    if report.verdict == "drift found":
        yield (
            "the confidence is not to be relied on until `rolewright calibrate` is run again, on "
            "fresh questions like those that are asked now"
        )


def describe_promise(promise: "PromiseWatch") -> str:
    """What labels say of a promise, as one sentence."""
    if not promise.labelled:
        return (
            f"no answer with a confidence of {promise.threshold:.3f} or more is labelled, so the "
            "promise is not tested"
        )
    seen = (
        f"{promise.wrong} of {promise.labelled} labelled answers with a confidence of "
        f"{promise.threshold:.3f} or more are wrong, at most {promise.max_error:.3g} of all is "
        "promised"
    )
    needed = f"1/delta = {1 / promise.delta:.3g}"
    if promise.alarm_at is not None:
        return f"{seen}: that is not kept, the e-value reached {needed} at {promise.alarm_at}"
    return (
        f"{seen}: no alarm, the e-value is {promise.e_value:.3g} and was {promise.max_e_value:.3g} "
        f"at most, below {needed}"
    )
