"""The mean over all trained tokens, for the validation loss too."""

from typing import Any

import torch
from transformers import Trainer

from rolewright.tokens.example import IGNORE


class TokenMeanTrainer(Trainer):  # type: ignore[misc]  # transformers is untyped
    """A ``Trainer`` whose validation loss does not depend on how examples fall into batches.

    transformers averages the means of batches, so that the tokens of short answers weigh more, and
    the loss that chooses the best weights changes with the batch size.
    """

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
