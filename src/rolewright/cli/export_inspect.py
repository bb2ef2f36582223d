"""``rolewright export-inspect``: the suites as tasks of Inspect AI."""

from pathlib import Path
from typing import Annotated

import typer

from rolewright.cli.options import AsJson, MaxNewTokens, RolePath
from rolewright.cli.output import print_json, say


def export_inspect(
    role_path: RolePath,
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.")],
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Held-out prompts; else the role's example inputs."),
    ] = None,
    suites: Annotated[
        str, typer.Option("--suites", help="Names with commas between them, or all.")
    ] = "all",
    quick: Annotated[bool, typer.Option("--quick", help="Fewer probes a suite.")] = False,
    questions: Annotated[
        list[Path] | None,
        typer.Option("--questions", help="Graded questions, for the suite general_ability."),
    ] = None,
    max_new_tokens: MaxNewTokens = 256,
    as_json: AsJson = False,
) -> None:
    """Write the suites of `eval` as tasks of Inspect AI, judged by the role's own verifiers.

    Example: rolewright export-inspect role.yaml --data data/eval.jsonl --out inspect
    """
    from rolewright.cli.evaluating import read_prompts
    from rolewright.conversations.questions import read_questions
    from rolewright.evaluation.inspect_export import TASK, export_to_inspect
    from rolewright.evaluation.suites.selection import FULL, QUICK, build_suites, parse_suites
    from rolewright.evaluation.suites.switching.switching import SWITCHING
    from rolewright.role.load import load_role

    role = load_role(role_path)
    prompts, _ = read_prompts(role, None, data)
    asked = read_questions(questions) if questions else []
    names = [name for name in parse_suites(suites) if name != SWITCHING]
    if SWITCHING in parse_suites(suites):
        say(f"{SWITCHING} stays here: in Inspect a sample has one system message")
    built = build_suites(names, role, prompts, asked, QUICK if quick else FULL)
    samples = export_to_inspect(out, role, built, max_new_tokens=max_new_tokens)
    if as_json:
        print_json({"schema": "rolewright.export_inspect/1", "out": str(out), "samples": samples})
        return
    counts = ", ".join(f"{name} {number}" for name, number in samples.items())
    print(f"{out}: samples by task: {counts}. Run: inspect eval {out / TASK} --model MODEL")
