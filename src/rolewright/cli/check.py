"""``rolewright check``: what is wrong with a role and its data."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rolewright.cli.options import AsJson, RolePath
from rolewright.cli.output import EXIT_FALLS_SHORT, print_json


def check(
    role_path: RolePath,
    data: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DATA", help="JSONL or JSON-array files of conversations."),
    ] = None,
    evaluation: Annotated[
        list[Path] | None, typer.Option("--eval", help="Held-out data, to look for leakage.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a role file and its training data; exit 1 if an error is found.

    Example: rolewright check role.yaml data/train.jsonl --eval data/eval.jsonl
    """
    from rolewright.cli.reading import read_conversations
    from rolewright.conversations.read import read_all
    from rolewright.dataset.check import check_data, check_role
    from rolewright.role.load import load_role

    role = load_role(role_path)
    findings = list(check_role(role))
    rows = 0
    held_out = read_conversations(evaluation, role, answered=False) if evaluation else []
    if data:
        result = read_all(data, literal_control_tokens=role.literal_control_tokens, skip_bad=True)
        rows = len(result.conversations)
        findings += check_data(role, result.conversations, result.faults, held_out)
    counts = Counter(finding.severity for finding in findings)
    if as_json:
        print_json(
            {
                "schema": "rolewright.check/1",
                "role": role.name,
                "conversations": rows,
                "findings": [
                    {"severity": finding.severity, **asdict(finding)} for finding in findings
                ],
                "errors": counts["error"],
                "warnings": counts["warning"],
            }
        )
    else:
        for finding in findings:
            print(f"{finding.severity} {finding.code} {finding.place}: {finding.message}")
            print(f"    to do: {finding.fix}")
        print(
            f"{role.name}: {rows} conversations, {counts['error']} errors, "
            f"{counts['warning']} warnings"
        )
    if counts["error"]:
        raise typer.Exit(EXIT_FALLS_SHORT)
