"""Put what a run found together into its report."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rolewright.bundle.manifest import TRAINING
from rolewright.bundle.read import Bundle
from rolewright.bundle.write import write_text
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.report_card import Judgement
from rolewright.errors import UserError
from rolewright.evaluation.judge.cases import JUDGE_LOG, add_verdicts
from rolewright.evaluation.log import LOG, RESULTS, read_samples
from rolewright.finding import Finding
from rolewright.reports.dataset_check import CheckInputs, render_dataset_check
from rolewright.reports.render import ReportInputs, render_report
from rolewright.reports.report_card import CardInputs, render_report_card
from rolewright.reports.wording import Language
from rolewright.role.schema import RoleFile

REPORT = "report.html"


def write_evaluation(
    folder: Path,
    role: RoleFile,
    target: str,
    results: dict[str, Any],
    bundle: Bundle | None,
    language: Language,
) -> Path:
    """Write ``results.json`` and ``report.html`` beside the log.

    Returns:
        The report's path.
    """
    write_text(folder / RESULTS, json.dumps(results, ensure_ascii=False, indent=2) + "\n")
    calibration = None if bundle is None else bundle.calibration()
    judged = [] if results["judge"] is None else results["judge"]["rules"]
    counted = [rule["id"] for rule in judged if rule["state"] == "counted"]
    samples = [sample for sample in read_samples(folder / LOG) if sample["fits"]]
    inputs = ReportInputs(
        role=role.name,
        system=role.system,
        model=target if bundle is None else bundle.manifest.base_model.name,
        created=_now(),
        evaluation=results,
        samples=add_verdicts(samples, folder / JUDGE_LOG, counted),
        training=[] if bundle is None else _metrics(bundle),
        calibration=None if calibration is None else json.loads(calibration),
    )
    report = folder / REPORT
    write_text(report, render_report(inputs, language))
    return report


def _metrics(bundle: Bundle) -> list[dict[str, Any]]:
    file = bundle.folder / TRAINING / "metrics.jsonl"
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="\n") as stream:
        return [json.loads(line) for line in stream]


def claim_report(path: Path, option: str = "--report") -> None:
    """Make sure that a report can be written, before a long run rather than behind it.

    Args:
        path: where.
        option: that named it.

    Raises:
        UserError: it is no name of an HTML file, is taken, or cannot be written.
    """
    if path.suffix.lower() not in {".html", ".htm"}:
        raise UserError.at(path, "a report is one HTML file", expected="a path that ends in .html")
    claim_file(path, option)


def claim_file(path: Path, option: str) -> None:
    """Make sure that a file can be written, before a long run rather than behind it.

    Args:
        path: where.
        option: that named it.

    Raises:
        UserError: the path is taken, or cannot be written.
    """
    try:
        path.open("x").close()
        path.unlink()
    except FileExistsError as error:
        raise UserError.at(
            path,
            "there is something of this name",
            expected="a path that is free; nothing is ever overwritten",
            fix=f"choose another path for {option}",
        ) from error
    except FileNotFoundError as error:
        raise UserError.at(path.parent, "there is no such folder", fix="make it") from error
    except OSError as error:
        raise UserError.at(
            path, f"it cannot be written: {error.strerror}", fix=f"choose another path for {option}"
        ) from error


def write_report_card(
    path: Path,
    bundle: Bundle,
    judgement: Judgement,
    graded: Sequence[GradedAnswer],
    language: Language,
) -> None:
    """Write the report card of a bundle's confidence.

    Args:
        path: that ``claim_report`` allows.
        bundle: whose confidence was judged.
        judgement: of its routes.
        graded: the answers that it was judged by, in the judgement's order.
        language: of the report.
    """
    answers = [
        {
            **answer.model_dump(include={"question", "answer", "expected", "correct"}),
            "confidences": {route: of[row] for route, of in judgement.confidences.items()},
        }
        for row, answer in enumerate(graded)
    ]
    inputs = CardInputs(
        role=bundle.role.name,
        model=bundle.manifest.base_model.name,
        created=_now(),
        card=judgement.card,
        answers=answers,
    )
    write_text(path, render_report_card(inputs, language))


def write_dataset_check(
    path: Path,
    role: RoleFile,
    files: Sequence[Path],
    findings: Sequence[Finding],
    figures: Mapping[str, Any],
    conversations: int,
    language: Language,
) -> None:
    """Write the report of a dataset check.

    Args:
        path: that ``claim_report`` allows.
        role: whose data were checked.
        files: of training data.
        findings: in the order in which they were found.
        figures: of the checks, by their names, with ``input_map``.
        conversations: how many could be read.
        language: of the report.
    """
    inputs = CheckInputs(
        role=role.name,
        files=[str(file) for file in files],
        created=_now(),
        conversations=conversations,
        findings=findings,
        figures=figures,
    )
    write_text(path, render_dataset_check(inputs, language))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
