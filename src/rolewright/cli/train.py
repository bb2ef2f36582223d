"""``rolewright train``: from a role and conversations to a bundle."""

from pathlib import Path
from typing import Annotated

import typer

from rolewright.cli.options import (
    AsJson,
    ConfigPath,
    DataPaths,
    ModelName,
    Overrides,
    RolePath,
    SkipBad,
)
from rolewright.cli.output import print_json, progress, say


def train(
    role_path: RolePath,
    data: DataPaths,
    model: ModelName,
    out: Annotated[Path, typer.Option("--out", help="The bundle's folder, new or empty.")],
    config_path: ConfigPath = None,
    overrides: Overrides = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an unfinished run in --out.")
    ] = False,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Compare the first step with plain passes before training."),
    ] = False,
    skip_bad: SkipBad = False,
    as_json: AsJson = False,
) -> None:
    """Fine-tune a role into a model and write a bundle.

    Example: rolewright train role.yaml data/train.jsonl --model builtin:smollm2-135m --out bundle
    """
    from rolewright.cli.reading import read_conversations
    from rolewright.role.load import load_role
    from rolewright.training.config import load_config

    flags = ["packing.verify=true"] if verify else []
    config = load_config(config_path, [*(overrides or []), *flags])
    role = load_role(role_path)
    conversations = read_conversations(data, role, answered=True, skip_bad=skip_bad)

    from rolewright.training.processes import connected, is_main
    from rolewright.training.train import Watcher
    from rolewright.training.train import train as run

    tell = say if is_main() else _keep_quiet
    try:
        with connected(), progress("training", total=None) as advance:
            done = 0

            def on_step(step: int, steps: int, loss: float) -> None:
                nonlocal done
                advance(step - done, steps, f"training, loss {loss:.3f}")
                done = step

            bundle = run(
                role, conversations, model, out, config, Watcher(tell, on_step), resume=resume
            )
    except KeyboardInterrupt:
        say(f"stopped; go on with the same command and --resume ({out})")
        raise
    if not is_main():
        return
    summary = bundle.manifest.summary
    if as_json:
        print_json({"schema": "rolewright.train/1", "bundle": str(out), **summary})
        return
    validation = summary["validation_loss"]
    kept = "" if validation is None else f", validation loss {validation:.3f}"
    print(f"{out}: {summary['steps']} steps in {summary['seconds']:.0f} s{kept}")


def _keep_quiet(text: str) -> None:
    """What the main process says, the others do not repeat."""
