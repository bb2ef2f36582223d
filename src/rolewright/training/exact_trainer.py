"""transformers' ``Trainer``, where it would not give the same result."""

from pathlib import Path
from typing import Any

import torch
from transformers import Trainer, TrainerState

from rolewright.tokens.example import IGNORE


class ExactTrainer(Trainer):  # type: ignore[misc]  # transformers is untyped
    """Its validation loss does not depend on the batch size, and it makes no step too many.

    transformers averages the means of batches, so that the tokens of short answers weigh more, and
    the loss that chooses the best weights changes with the batch size.
    """

    def finish(self, checkpoint: Path) -> None:
        """Take the state and the best weights of a run whose last step has been made.

        ``train`` would make one step more where the last one stands inside an epoch.
        """
        self.state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
        self._load_from_checkpoint(self.state.best_model_checkpoint or str(checkpoint))

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Measure the mean loss a trained token over the validation part, in nats."""
        model = self.model.eval()
        batches = [self._prepare_inputs(batch) for batch in self.get_eval_dataloader()]
        tokens = sum((batch["labels"][:, 1:] != IGNORE).sum() for batch in batches)
        with torch.no_grad(), self.compute_loss_context_manager():
            parts = [
                self.compute_loss(model, batch, num_items_in_batch=tokens) for batch in batches
            ]
        metrics = {"eval_loss": float(sum(parts))}
        self.log(metrics)
        self.control: Any = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics
