"""``rolewright check``: what is wrong with a role and its data."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rolewright.cli.options import AsJson, ReportLanguage, RolePath
from rolewright.cli.output import EXIT_FALLS_SHORT, print_json, progress, say

if TYPE_CHECKING:
    from rolewright.conversations.conversation import Conversation
    from rolewright.errors import Fault
    from rolewright.role.schema import RoleFile


def check(
    role_path: RolePath,
    data: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DATA", help="JSONL or JSON-array files of conversations."),
    ] = None,
    evaluation: Annotated[
        list[Path] | None, typer.Option("--eval", help="Held-out data, to look for leakage.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a report: a new HTML file.")
    ] = None,
    language: ReportLanguage = "en",
    as_json: AsJson = False,
) -> None:
    """Check a role file and its training data; exit 1 if an error is found.

    Example: rolewright check role.yaml data/train.jsonl --eval data/eval.jsonl
    """
    from rolewright.cli.reading import parse_language, read_conversations
    from rolewright.dataset.check import Tally, check_data, check_role
    from rolewright.dataset.checks import data_checks
    from rolewright.dataset.input_map import InputMap
    from rolewright.role.load import load_role

    of_report = parse_language(language)
    if html is not None:
        from rolewright.cli.reporting import claim_report

        claim_report(html, "--html")
    role = load_role(role_path)
    findings = list(check_role(role))
    held_out = read_conversations(evaluation, role, answered=False) if evaluation else []
    tally = Tally()
    checks = data_checks(role, held_out)
    # Only the report needs it.
    drawn = {} if html is None else {"input_map": InputMap(role)}
    if data:
        findings += check_data(role, _stream(data, role), {**checks, **drawn}, tally=tally)
    if html is not None:
        from rolewright.cli.reporting import write_dataset_check

        write_dataset_check(
            html,
            role,
            data or [],
            findings,
            {name: each.figures() for name, each in {**checks, **drawn}.items()},
            conversations=tally.readable,
            language=of_report,
        )
        say(f"report: {html}")
    counts = Counter(finding.severity for finding in findings)
    if as_json:
        print_json(
            {
                "schema": "rolewright.check/1",
                "role": role.name,
                "conversations": tally.readable,
                "findings": [
                    {"severity": finding.severity, **asdict(finding)} for finding in findings
                ],
                "errors": counts["error"],
                "warnings": counts["warning"],
                "unreadable_at": tally.unreadable.figures(),
                "figures": {name: each.figures() for name, each in checks.items()},
            }
        )
    else:
        for finding in findings:
            print(f"{finding.severity} {finding.code} {finding.place}: {finding.message}")
            print(f"    to do: {finding.fix}")
        print(
            f"{role.name}: {tally.readable} conversations, {counts['error']} errors, "
            f"{counts['warning']} warnings"
        )
    if counts["error"]:
        raise typer.Exit(EXIT_FALLS_SHORT)


def _stream(data: list[Path], role: "RoleFile") -> "Iterator[Conversation | Fault]":
    """Read what can be read; bad rows are findings here, and all may be bad.

    Args:
        data: the files.
        role: says what may stand in a row.

    Raises:
        UserError: at the end, if a file could not be read at all.
    """
    from rolewright.conversations.read import read_conversations
    from rolewright.errors import Fault, UserError

    unreadable = []
    literal = role.literal_control_tokens
    with progress("rows", None) as advance:
        for item in read_conversations(data, literal_control_tokens=literal):
            advance(1)
            if isinstance(item, Fault) and item.place.line is None:
                unreadable.append(item)
            else:
                yield item
    if unreadable:
        raise UserError(*unreadable)
