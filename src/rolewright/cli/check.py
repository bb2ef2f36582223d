"""``rolewright check``: what is wrong with a role and its data."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rolewright.cli.options import AsJson, RolePath
from rolewright.cli.output import EXIT_FALLS_SHORT, print_json, say

if TYPE_CHECKING:
    from collections.abc import Callable

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
    model: Annotated[
        str | None, typer.Option("--model", help="Count tokens as this model's tokenizer does.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a role file and its training data; exit 1 if an error is found.

    Example: rolewright check role.yaml data/train.jsonl --eval data/eval.jsonl
    """
    from rolewright.cli.reading import read_conversations
    from rolewright.dataset.check import check_data
    from rolewright.role.lint import lint_role
    from rolewright.role.load import load_role

    role = load_role(role_path)
    findings = list(lint_role(role, _token_counter(model)))
    rows = 0
    held_out = read_conversations(evaluation, role, answered=False) if evaluation else []
    if data:
        conversations, faults = _read(data, role)
        rows = len(conversations)
        findings += check_data(role, conversations, faults, held_out)
    found = len(findings)
    findings = [finding for finding in findings if finding.code not in role.silenced]
    silenced = found - len(findings)
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
                "silenced": silenced,
            }
        )
    else:
        for finding in findings:
            print(f"{finding.severity} {finding.code} {finding.place}: {finding.message}")
            print(f"    to do: {finding.fix}")
        print(
            f"{role.name}: {rows} conversations, {counts['error']} errors, "
            f"{counts['warning']} warnings" + (f", {silenced} silenced" if silenced else "")
        )
    if counts["error"]:
        raise typer.Exit(EXIT_FALLS_SHORT)


def _token_counter(model: str | None) -> "Callable[[str], int] | None":
    """Count tokens with a model's tokenizer; None where no model is named."""
    if model is None:
        return None
    from rolewright.models.load import load_tokenizer
    from rolewright.tokens.chatml import ChatEncoder

    encoder = ChatEncoder(load_tokenizer(model, say), model)
    return lambda text: len(encoder.encode_text(text))


def _read(data: list[Path], role: "RoleFile") -> "tuple[list[Conversation], list[Fault]]":
    """Read what can be read; bad rows are findings here, and all may be bad.

    Raises:
        UserError: a file cannot be read at all.
    """
    from rolewright.conversations.read import read_conversations
    from rolewright.errors import Fault, UserError

    conversations, faults = [], []
    literal = role.literal_control_tokens
    for item in read_conversations(data, literal_control_tokens=literal):
        if not isinstance(item, Fault):
            conversations.append(item)
        else:
            faults.append(item)
    unreadable = [fault for fault in faults if fault.place.line is None]
    if unreadable:
        raise UserError(*unreadable)
    return conversations, faults
