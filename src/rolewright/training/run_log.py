"""What training says while it runs: a JSON line and TensorBoard scalars a step."""

import json
import math
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from rolewright.errors import UserError
from rolewright.training.processes import is_main, meet
from rolewright.training.resume import mark_whole


def _diverged(key: str, step: int) -> UserError:
    return UserError.at(
        "training",
        f"{key} is no longer a number at step {step}: the run has diverged",
        fix="start anew with another --out and a smaller optimizer.learning_rate",
    )


class RunLog(TrainerCallback):  # type: ignore[misc]  # transformers is untyped
    """Appends to ``metrics.jsonl`` and to TensorBoard, and marks whole checkpoints.

    Args:
        folder: the run's folder.
        first_step: steps from this one on are (re)written; TensorBoard forgets later ones.
        on_step: told (step, all steps, loss) after every optimiser step.
    """

    def __init__(self, folder: Path, first_step: int, on_step: Any) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._file = folder / "metrics.jsonl"
        self._board = (
            SummaryWriter(str(folder / "tensorboard"), purge_step=first_step) if is_main() else None
        )
        self._checkpoints = folder / "checkpoints"
        self._on_step = on_step

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Write what the trainer logs.

        Raises:
            UserError: the loss or its gradient is no longer a number.
        """
        numbers = {k: v for k, v in (logs or {}).items() if isinstance(v, int | float)}
        for key in ("loss", "grad_norm", "eval_loss"):
            if not math.isfinite(numbers.get(key, 0)):
                raise _diverged(key, state.global_step)
        if self._board is None:  # the main process writes for all
            return
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"step": state.global_step, **numbers}) + "\n")
        for key, value in numbers.items():
            self._board.add_scalar(key, value, state.global_step)
        if "loss" in numbers and self._on_step is not None:
            self._on_step(state.global_step, state.max_steps, numbers["loss"])

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Mark the checkpoint that was just written."""
        meet()  # until each process has written its part
        if is_main():
            mark_whole(self._checkpoints / f"checkpoint-{state.global_step}")
        meet()

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Close the log."""
        if self._board is not None:
            self._board.close()
