"""Go on with a killed run: neither lose a step nor repeat one."""

import json
from pathlib import Path
from typing import Any

from rolewright.bundle.write import write_text
from rolewright.errors import UserError

_WHOLE = "whole"
_PLAN = "plan.json"


def mark_whole(checkpoint: Path) -> None:
    """Say that a checkpoint has been written to its end; one without the mark is never used."""
    write_text(checkpoint / _WHOLE, "")


def last_checkpoint(folder: Path) -> Path | None:
    """The latest whole checkpoint in a folder, or None."""
    whole = [path.parent for path in folder.glob(f"checkpoint-*/{_WHOLE}")]
    return max(whole, key=_step, default=None)


def is_sharded(checkpoint: Path) -> bool:
    """Whether each of several processes wrote its share of the weights."""
    return any(checkpoint.glob("pytorch_model_fsdp_*"))


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.rpartition("-")[2])


def _differences(before: dict[str, Any], now: dict[str, Any], above: str = "") -> list[str]:
    """The dotted keys in which two plans differ."""
    keys: list[str] = []
    for key, value in now.items():
        earlier = before.get(key)
        if isinstance(value, dict) and isinstance(earlier, dict):
            keys += _differences(earlier, value, f"{above}{key}.")
        elif earlier != value:
            keys.append(f"{above}{key}")
    return keys


def is_last(checkpoint: Path) -> bool:
    """Whether a checkpoint is that of the last step, so that nothing is left to train."""
    state = json.loads((checkpoint / "trainer_state.json").read_text("utf-8"))
    return bool(state["global_step"] >= state["max_steps"])


def relocate(checkpoint: Path) -> None:
    """Let a checkpoint name the best one where it lies now.

    transformers writes the path down, and goes on with the last weights instead of the best ones
    where that path no longer leads anywhere: after the folder was moved, or from another directory.
    """
    file = checkpoint / "trainer_state.json"
    state = json.loads(file.read_text("utf-8"))
    if state["best_model_checkpoint"] is not None:
        best = checkpoint.parent.resolve() / Path(state["best_model_checkpoint"]).name
        state["best_model_checkpoint"] = str(best)
        write_text(file, json.dumps(state, indent=2))


def hold_plan(folder: Path, plan: dict[str, Any]) -> None:
    """Write down what a run trains and how, or compare it with what is written there.

    Args:
        folder: the run's folder.
        plan: JSON values that decide every step: data hash, base model, settings.

    Raises:
        UserError: an unfinished run lies there and something has changed since.
    """
    file = folder / _PLAN
    text = json.dumps(plan, indent=2, sort_keys=True)
    if not file.exists():
        write_text(file, text)
        return
    before = json.loads(file.read_text("utf-8"))
    changed = _differences(before, plan)
    if changed:
        raise UserError.at(
            file,
            f"the unfinished run had another {' and another '.join(changed)}",
            expected="the same data, model and settings as when the run was started",
            fix="restore them, or start anew with another --out",
        )


def rewind_metrics(file: Path, checkpoint: Path | None) -> None:
    """Drop the lines of a metrics log that were written after a checkpoint.

    Args:
        file: JSON lines with a ``step`` each; need not exist.
        checkpoint: None = the run starts from the beginning.
    """
    if not file.exists():
        return
    last = 0 if checkpoint is None else _step(checkpoint)
    with file.open(encoding="utf-8", newline="\n") as stream:
        # A kill may have cut the last line short; its step is repeated.
        whole = [line for line in stream if line.endswith("\n")]
    kept = [line for line in whole if json.loads(line)["step"] <= last]
    write_text(file, "".join(kept))
