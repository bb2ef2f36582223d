"""Put what a run left on disk together into its report."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

from rolewright.bundle.manifest import TRAINING
from rolewright.bundle.read import Bundle
from rolewright.bundle.write import write_text
from rolewright.evaluation.log import LOG, RESULTS, read_samples
from rolewright.reports.render import ReportInputs, render_report
from rolewright.role.schema import RoleFile

REPORT = "report.html"


def write_evaluation(
    folder: Path,
    role: RoleFile,
    target: str,
    results: dict[str, Any],
    bundle: Bundle | None,
    language: str,
) -> Path:
    """Write ``results.json`` and ``report.html`` beside the log.

    Returns:
        The report's path.
    """
    write_text(folder / RESULTS, json.dumps(results, ensure_ascii=False, indent=2) + "\n")
    calibration = None if bundle is None else bundle.calibration()
    inputs = ReportInputs(
        role=role.name,
        system=role.system,
        model=target if bundle is None else bundle.manifest.base_model.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        evaluation=results,
        samples=read_samples(folder / LOG),
        training=[] if bundle is None else _metrics(bundle),
        calibration=None if calibration is None else json.loads(calibration),
    )
    report = folder / REPORT
    write_text(report, render_report(inputs, cast("Literal['en', 'zh']", language)))
    return report


def _metrics(bundle: Bundle) -> list[dict[str, Any]]:
    file = bundle.folder / TRAINING / "metrics.jsonl"
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="\n") as stream:
        return [json.loads(line) for line in stream]
