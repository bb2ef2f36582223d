"""``rolewright demo``: the whole job on the built-in model."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from rolewright.cli.options import ReportLanguage
from rolewright.cli.output import percent, print_table, say


def demo(
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.")] = Path("demo"),
    model: Annotated[
        str, typer.Option("--model", help="Hub id, folder or built-in name.")
    ] = "builtin:smollm2-135m",
    language: ReportLanguage = "en",
) -> None:
    """Define a role, fine-tune it, prove that it took hold, answer with a confidence.

    Runs the same commands that you would, on a real model, in about five minutes on two cores.

    Example: rolewright demo --out demo
    """
    from rolewright.bundle.write import claim_folder
    from rolewright.cli.reading import parse_language

    parse_language(language)
    claim_folder(out)
    start = time.monotonic()
    lay_out_project(out)
    role, data, bundle = out / "role.yaml", out / "data", out / "bundle"
    _run("check", str(role), str(data / "train.jsonl"), "--eval", str(data / "eval.jsonl"))
    _run("train", str(role), str(data / "train.jsonl"), "--model", model, "--out", str(bundle))
    _run("calibrate", str(bundle), str(data / "questions.jsonl"), "--max-new-tokens", "16")
    evaluated = ["--data", str(data / "eval.jsonl"), "--out", str(out / "evaluation")]
    evaluated += ["--max-new-tokens", "48"]  # the base model rambles on; the role needs a few
    _run("eval", str(bundle), "--role", str(role), *evaluated, "--lang", language)
    show_answers(bundle)
    say(f"done in {time.monotonic() - start:.0f} s")
    print(f"report: {(out / 'evaluation' / 'report.html').resolve()}")
    print(f'ask it yourself: rolewright ask {bundle} "What is the capital of Italy?"')


def lay_out_project(folder: Path) -> None:
    """Write the demo's role file and data."""
    from rolewright.bundle.write import write_text
    from rolewright.demo.data import build_demo_data, role_source

    rows = build_demo_data()
    write_text(folder / "role.yaml", role_source())
    for name, of_file in (
        ("train", rows.training),
        ("eval", rows.evaluation),
        ("questions", rows.questions),
    ):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in of_file)
        write_text(folder / "data" / f"{name}.jsonl", text)


def show_answers(bundle: Path) -> None:
    """Ask the bundle a handful of questions that it was neither trained nor calibrated on."""
    from rolewright.bundle.read import read_bundle
    from rolewright.cli.answering import open_assistant
    from rolewright.conversations.conversation import Message
    from rolewright.demo.data import SHOWN_QUESTIONS

    assistant = open_assistant(read_bundle(bundle), "auto", max_new_tokens=32)
    rows = []
    for question in SHOWN_QUESTIONS:
        answer, scored = assistant.answer([Message("user", question)])
        note = "below the threshold" if scored["abstained"] else ""
        rows.append([question, answer.text, percent(scored["confidence"]), note])
    print_table("A handful of answers", ["question", "answer", "confidence", ""], rows)


def _run(*arguments: str) -> None:
    """Run one command in this process, as the command line would."""
    from rolewright.cli.app import app

    say(f"$ rolewright {' '.join(arguments)}")
    code = app(list(arguments), prog_name="rolewright", standalone_mode=False)
    if code:
        raise typer.Exit(code)
