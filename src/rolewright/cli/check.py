"""``rolewright check``: what is wrong with a role and its data."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rolewright.cli.judging import JudgeConcurrency, JudgeModel, JudgeUrl, judge_role
from rolewright.cli.options import AsJson, ReportLanguage, RolePath
from rolewright.cli.output import EXIT_FALLS_SHORT, print_json, progress, say

_ROWS_A_STEP = 100  # moving a progress bar takes as long as reading a row

if TYPE_CHECKING:
    from rolewright.conversations.conversation import Conversation
    from rolewright.dataset.check import Tally
    from rolewright.errors import Fault
    from rolewright.finding import Finding
    from rolewright.role.schema import RoleFile


TrainingData = Annotated[
    list[Path] | None,
    typer.Argument(metavar="DATA", help="JSONL or JSON-array files of conversations."),
]
HeldOutData = Annotated[
    list[Path] | None, typer.Option("--eval", help="Held-out data, to look for leakage.")
]
CountingModel = Annotated[
    str | None,
    typer.Option("--model", help="Count tokens, and look for control tokens, as this model's."),
]
MaxLength = Annotated[
    int, typer.Option("--max-length", min=1, help="Training's max_length_tokens.")
]
CleanedCopy = Annotated[
    Path | None,
    typer.Option("--fix", metavar="OUT", help="Write a cleaned copy of DATA to a new folder."),
]
HtmlReport = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Also write a report: a new HTML file."),
]


def check(
    role_path: RolePath,
    data: TrainingData = None,
    evaluation: HeldOutData = None,
    model: CountingModel = None,
    max_length: MaxLength = 2048,
    judge: JudgeUrl = None,
    judge_model: JudgeModel = None,
    concurrency: JudgeConcurrency = 8,
    fix: CleanedCopy = None,
    html: HtmlReport = None,
    language: ReportLanguage = "en",
    as_json: AsJson = False,
) -> None:
    """Check a role file and its training data; exit 1 if an error is found.

    Example: rolewright check role.yaml data/train.jsonl --eval data/eval.jsonl --fix cleaned
    """
    from rolewright.cli.reading import parse_language, read_conversations
    from rolewright.dataset.check import Tally, check_data
    from rolewright.dataset.checks import data_checks, divide
    from rolewright.dataset.fix import plan_cleaning, write_cleaned
    from rolewright.dataset.input_map import InputMap
    from rolewright.role.lint import lint_role
    from rolewright.role.load import load_role

    of_report = parse_language(language)
    _claim(fix, html, data)
    role = load_role(role_path)
    vocabulary = _vocabulary(model, role) if model else {}
    count_tokens = vocabulary.get("count_tokens")
    found = list(lint_role(role, count_tokens))
    judged = judge_role(role, judge, judge_model, concurrency)
    found += judged.findings if judged else []
    held_out = read_conversations(evaluation, role, answered=False) if evaluation else []
    tally = Tally()
    checks = data_checks(role, held_out, limit_tokens=max_length, **vocabulary)
    drawn = {} if html is None else {"input_map": InputMap(role)}  # only the report needs it
    first, second = divide(role, checks)
    if data:
        all_checks = {**first, **drawn, "second process": second}
        found += check_data(role, _stream(data, role), all_checks, tally=tally)
    findings = [finding for finding in found if finding.concerns not in role.silenced]
    silenced = len(found) - len(findings)
    copy = write_cleaned(data, fix, role, plan_cleaning(checks)) if fix and data else None
    figures = {name: each.figures() for name, each in first.items()} | second.figures()
    if html is not None:
        from rolewright.cli.reporting import write_dataset_check

        shown = figures | {name: each.figures() for name, each in drawn.items()}
        rows = tally.readable
        write_dataset_check(html, role, data or [], findings, shown, rows, of_report)
        say(f"report: {html}")
    counts = Counter(finding.severity for finding in findings)
    if as_json:
        cleaned = copy and {"kept": copy.kept, "left_out": copy.left_out}
        more = {"figures": figures, "cleaned": cleaned, "judge": judged and judged.as_figures()}
        print_json(_as_record(role, tally, findings, silenced) | more)
    else:
        _show(findings)
        if tally.readable:
            _show_rules(figures["compliance"]["rules"], role)
        print(
            f"{role.name}: {tally.readable} conversations, {counts['error']} errors, "
            f"{counts['warning']} warnings" + (f", {silenced} silenced" if silenced else "")
        )
        if copy:
            left_out = ", ".join(f"{n} for {code}" for code, n in sorted(copy.left_out.items()))
            print(f"{fix}: {sum(copy.kept.values())} rows; left out: {left_out or 'none'}")
    if counts["error"]:
        raise typer.Exit(EXIT_FALLS_SHORT)


def _claim(fix: Path | None, html: Path | None, data: list[Path] | None) -> None:
    """Make sure that what is to be written can be, before a long check rather than behind it."""
    if fix is not None:
        from rolewright.dataset.fix import refuse_taken

        refuse_taken(fix, data or ())
    if html is not None:
        from rolewright.cli.reporting import claim_report

        claim_report(html, "--html")


def _as_record(
    role: "RoleFile", tally: "Tally", findings: "list[Finding]", silenced: int
) -> dict[str, Any]:
    counts = Counter(finding.severity for finding in findings)
    return {
        "schema": "rolewright.check/1",
        "role": role.name,
        "conversations": tally.readable,
        "findings": [{"severity": each.severity, **asdict(each)} for each in findings],
        "errors": counts["error"],
        "warnings": counts["warning"],
        "silenced": silenced,
        "unreadable_at": tally.unreadable.figures(),
    }


def _show(findings: "list[Finding]") -> None:
    for finding in findings:
        print(f"{finding.severity} {finding.code} {finding.place}: {finding.message}")
        print(f"    to do: {finding.fix}")


def _show_rules(rules: list[dict[str, Any]], role: "RoleFile") -> None:
    for rule in rules:
        print(f"rule {rule['rule']}: kept by {rule['kept']} of {rule['of']} answers")
    for judged in role.judged_rules:
        print(f"rule {judged.id}: not judged, as no code decides it")


def _vocabulary(model: str, role: "RoleFile") -> "dict[str, Any]":
    """What of a model's tokenizer the checks ask for.

    Raises:
        UserError: there is no such model, or its template is not ChatML.
    """
    from rolewright.models.load import load_tokenizer
    from rolewright.tokens.chatml import ChatEncoder

    tokenizer = load_tokenizer(model, say)
    encoder = ChatEncoder(tokenizer, model)
    added = {token.content: number for number, token in tokenizer.added_tokens_decoder.items()}
    return {
        "count_tokens": lambda text: len(encoder.encode_text(text)),
        "control_tokens": {} if role.literal_control_tokens else added,
    }


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
        for count, item in enumerate(read_conversations(data, literal_control_tokens=literal), 1):
            if count % _ROWS_A_STEP == 0:
                advance(_ROWS_A_STEP)
            if isinstance(item, Fault) and item.place.line is None:
                unreadable.append(item)
            else:
                yield item
    if unreadable:
        raise UserError(*unreadable)
