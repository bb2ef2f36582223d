"""transformers' ``Trainer``, where it would not give the same result."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from transformers import Trainer, TrainerState

from rolewright.prefix.row import Row
from rolewright.training.collate import padded_loss
from rolewright.training.joint_head import JointHead
from rolewright.training.processes import meet
from rolewright.training.steps import Pass, Step, StepLoader, StepPlanner, StepSampler


class ExactTrainer(Trainer):  # type: ignore[misc]  # transformers is untyped
    """Each step is a batch of whole conversations, however they are laid out and divided.

    The loss is the mean over the step's trained tokens, in all passes and processes. So is the
    validation loss, where transformers averages the means of batches, so that the tokens of short
    answers weigh more.

    Args:
        training: lays out the steps.
        validation: lays out what is held back; None = nothing is.
        sampler: chooses the conversations of each step.
        batch_size: conversations that the validation lays out together.
        head: trained beside the model; None = there is none.
        named: what transformers' ``Trainer`` takes besides.
    """

    def __init__(
        self,
        training: StepPlanner,
        validation: StepPlanner | None,
        sampler: StepSampler,
        batch_size: int,
        head: JointHead | None = None,
        **named: Any,
    ) -> None:
        held_back = None if validation is None else list(validation.examples)
        super().__init__(train_dataset=list(training.examples), eval_dataset=held_back, **named)
        self._training, self._validation = training, validation
        self._sampler, self._batch_size = sampler, batch_size
        self._head, self._head_loss = head, 0.0

    def finish(self, checkpoint: Path) -> None:
        """Take the state and the best weights of a run whose last step has been made.

        ``train`` would make one step more where the last one stands inside an epoch.
        """
        self.state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
        best = self.state.best_model_checkpoint or str(checkpoint)
        if self.is_fsdp_enabled:
            self._prepare_for_training(self.state.max_steps, None, None)  # shard it as it was saved
            self._load_from_checkpoint(best, self.model_wrapped)
        else:
            self._load_from_checkpoint(best)

    def get_train_dataloader(self) -> StepLoader:
        """The steps of an epoch."""
        return StepLoader(self._training, self._sampler)

    def training_step(
        self, model: Any, inputs: dict[str, Step], num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Compute the gradients of a step.

        Returns:
            This process's part of the mean loss a trained token, so that the mean over processes
            is the loss, as transformers takes it; in nats.
        """
        step = inputs["step"]
        model.train()
        parts = []
        for number, each in enumerate(step.passes, start=1):
            last = number == len(step.passes)
            self.accelerator.gradient_state._set_sync_gradients(last)  # DeepSpeed asks for it
            with nullcontext() if last else self.accelerator.no_sync(model):
                with self.compute_loss_context_manager():
                    loss = self._summed_loss(model, each) / step.trained_tokens
                loss = loss * self.accelerator.num_processes  # gradients are averaged over them
                self.accelerator.backward(loss)
            parts.append(loss.detach())
        if self._head is not None:
            schedule = self.lr_scheduler.get_last_lr()[0] / self.args.learning_rate
            self._head_loss = self._head.learn(
                model, self.state.global_step, self.accelerator, schedule
            )
        return torch.stack(parts).sum()

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Measure the mean loss a trained token over the validation part, in nats."""
        model = self.model.eval()
        assert self._validation is not None  # transformers evaluates what there is
        order = range(len(self._validation.examples))
        total, tokens = torch.zeros((), device=self.args.device), 0
        with torch.no_grad(), self.compute_loss_context_manager():
            for first in range(0, len(order), self._batch_size):
                step = self._validation.plan(order[first : first + self._batch_size])
                total += sum(self._summed_loss(model, each) for each in step.passes)
                tokens += step.trained_tokens
        summed = self.accelerator.reduce(total, reduction="sum")
        metrics = {"eval_loss": float(summed) / tokens}
        self.log(metrics)
        self.control: Any = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        # transformers takes a checkpoint for the best one if its folder is there already; sharded
        # ones are written later, so that processes would come to different results.
        folder = Path(self.args.output_dir) / f"checkpoint-{self.state.global_step}"
        folder.mkdir(parents=True, exist_ok=True)
        meet()
        super()._save_checkpoint(model, trial)
        if self._head is not None:
            self._head.save(folder)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log numbers, the head's loss beside the model's."""
        if self._head is not None and "loss" in logs:
            logs["head_loss"] = self._head_loss
        super().log(logs, start_time)

    def whole_weights(self) -> dict[str, Any] | None:
        """Gather the weights where each process holds a share; None elsewhere.

        All processes have to call it; the main one gets them.
        """
        if not (self.is_fsdp_enabled or self.is_deepspeed_enabled):
            return None
        weights: dict[str, Any] = self.accelerator.get_state_dict(self.model_wrapped)
        return weights

    def floating_point_ops(self, inputs: Any) -> int:
        """Not counted: transformers would look for padded batches."""
        return 0

    def _summed_loss(self, model: Any, each: Pass) -> torch.Tensor:
        each = each.to(self.args.device)
        if isinstance(each, Row):
            loss: torch.Tensor = model(row=each)
            return loss
        return padded_loss(model, each)
