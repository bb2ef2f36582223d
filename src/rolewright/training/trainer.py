"""The training run itself, a thin layer over transformers' ``Trainer``."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rolewright.confidence.head import Head
from rolewright.errors import UserError
from rolewright.models.builtin import Say
from rolewright.models.load import best_device
from rolewright.tokens.example import Example
from rolewright.training.config import TrainingConfig
from rolewright.training.graded import GradedAnswers
from rolewright.training.hardware import checkpoints_activations, uses_liger
from rolewright.training.processes import is_main, meet, process_count
from rolewright.training.resume import (
    is_last,
    is_sharded,
    last_checkpoint,
    relocate,
    rewind_metrics,
)
from rolewright.training.strategy import let_cpu_processes_shard, strategy_arguments

if TYPE_CHECKING:  # they need torch, which is imported late
    from rolewright.training.joint_head import JointHead
    from rolewright.training.steps import Layout, StepPlanner, StepSampler

StepCallback = Callable[[int, int, float], None]
"""Called with (step, all steps, training loss) after every optimiser step."""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a run learns from and is measured on.

    Attributes:
        training: at least one example.
        validation: held back to choose the best weights; may be empty.
        graded: answers that a confidence head is trained on beside; None = there is no head.
    """

    training: Sequence[Example]
    validation: Sequence[Example] = ()
    graded: GradedAnswers | None = None

    @property
    def examples(self) -> list[Example]:
        """All that goes through the model."""
        return [*self.training, *self.validation, *(self.graded.examples if self.graded else ())]


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished run.

    Attributes:
        model: with the best weights by validation loss, or the last where nothing was held back.
        weights: its whole state, in the main process, where each holds only a share; else None.
        steps: optimiser steps in all.
        loss: training loss of the last step, mean over trained tokens, in nats.
        validation_loss: of the weights that are kept; None where nothing was held back.
        head: that was trained beside the weights that are kept; None where none was.
        head_layers: whose outputs it reads.
    """

    model: Any
    weights: dict[str, Any] | None
    steps: int
    loss: float
    validation_loss: float | None
    head: Head | None = None
    head_layers: tuple[int, ...] | None = None


def computes_in_bf16(config: TrainingConfig) -> bool:
    """Whether training runs in bf16 here."""
    import torch

    if config.precision != "auto":
        return config.precision == "bf16"
    if best_device() == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def run_training(
    model: Any,
    data: TrainingData,
    config: TrainingConfig,
    *,
    folder: Path,
    pad_id: int,
    on_step: StepCallback | None = None,
    say: Say = print,
) -> Trained:
    """Train, going on from the last whole checkpoint in ``folder`` if there is one.

    Args:
        model: with the parameters to train switched on.
        data: what is learnt from and measured on.
        config: how.
        folder: for checkpoints, ``metrics.jsonl`` and TensorBoard.
        pad_id: any token id.
        on_step: told of every step, for progress.
        say: told how conversations are laid out.

    Raises:
        UserError: several GPUs are visible to one process, a checkpoint needs several processes, or
            the loss or its gradient is no longer a number.
    """
    from rolewright.prefix.loss import computing_rows
    from rolewright.training.exact_trainer import ExactTrainer
    from rolewright.training.packing import choose_layout
    from rolewright.training.run_log import RunLog
    from rolewright.training.steps import StepPlanner

    _refuse_several_gpus()
    arguments = _arguments(config, folder, validated=bool(data.validation))
    let_cpu_processes_shard(config)
    checkpoint = _checkpoint_to_go_on_from(folder)
    first_step = 1 if checkpoint is None else int(checkpoint.name.rpartition("-")[2]) + 1
    layout = replace(
        choose_layout(model, data.examples, config, pad_id, say),
        process=arguments.process_index,
        processes=arguments.world_size,
    )
    planner, sampler = _plan(model, data.training, layout, config, say)
    head = _joint_head(model, data.graded, layout, config, arguments.device)
    trainer = ExactTrainer(
        planner,
        StepPlanner(data.validation, layout) if data.validation else None,
        sampler,
        config.batch_size,
        head,
        model=model,
        args=arguments,
        callbacks=[RunLog(folder, first_step, on_step)],
    )
    trainer.pop_callback(_printing_callback())
    with computing_rows(model) if layout.rows else nullcontext():
        if head is not None:
            _start(head, trainer, checkpoint)
        if checkpoint is not None and is_last(checkpoint):
            trainer.finish(checkpoint)
        else:
            trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    return _finished(trainer, head, validated=bool(data.validation))


def _finished(trainer: Any, head: "JointHead | None", *, validated: bool) -> Trained:
    if head is not None and validated:
        head.load(Path(trainer.state.best_model_checkpoint))
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return Trained(
        model=trainer.model,
        weights=trainer.whole_weights(),
        steps=trainer.state.global_step,
        loss=losses[-1],
        validation_loss=trainer.state.best_metric if validated else None,
        head=None if head is None else head.trained(),
        head_layers=None if head is None else head.layers,
    )


def _checkpoint_to_go_on_from(folder: Path) -> Path | None:
    """The last whole checkpoint, with the metrics cut back to it."""
    checkpoint = last_checkpoint(folder / "checkpoints")
    if checkpoint is not None and is_sharded(checkpoint) and process_count() == 1:
        raise UserError.at(
            checkpoint,
            "several processes wrote it, each its share",
            expected="two processes or more to go on with it",
            fix="start `torchrun --nproc-per-node 2 -m rolewright train … --resume`",
        )
    if is_main():
        if checkpoint is not None:
            relocate(checkpoint)
        rewind_metrics(folder / "metrics.jsonl", checkpoint)
    meet()
    return checkpoint


def _plan(
    model: Any, training: Sequence[Example], layout: "Layout", config: TrainingConfig, say: Say
) -> "tuple[StepPlanner, StepSampler]":
    from rolewright.training.packing import tell_savings, tell_weights, verify_step
    from rolewright.training.steps import StepPlanner, StepSampler

    planner = StepPlanner(training, layout)
    weights = [example.weight for example in training]
    sampler = StepSampler(len(training), config.batch_size, config.seed, weights)
    if sampler.weighted:
        tell_weights(sampler, say)
    if layout.rows and layout.limits.share:
        tell_savings(planner, sampler, say)
    if layout.rows and config.packing.verify:
        verify_step(model, planner, next(iter(sampler)), say)
    return planner, sampler


def _joint_head(
    model: Any, graded: GradedAnswers | None, layout: "Layout", config: TrainingConfig, device: Any
) -> "JointHead | None":
    if graded is None:
        return None
    from rolewright.confidence.scorer import default_head_layers
    from rolewright.training.joint_head import JointHead

    return JointHead(
        graded,
        layout,
        default_head_layers(model),
        model.config.get_text_config().hidden_size,
        config.confidence_head,
        seed=config.seed,
        device=device,
    )


def _start(head: "JointHead", trainer: Any, checkpoint: Path | None) -> None:
    if checkpoint is None:
        head.standardise(trainer.model, trainer.accelerator)
    else:
        head.load(checkpoint)


def _refuse_several_gpus() -> None:
    """Trainer would split batches over all of them (``DataParallel``), which changes the loss."""
    import torch

    count = torch.cuda.device_count()
    if count > 1 and process_count() == 1:
        raise UserError.at(
            "this machine",
            f"{count} GPUs are visible, and there is one process",
            expected="a process for each GPU",
            fix=f"start it with `torchrun --nproc-per-node {count} -m rolewright train …`, or "
            "choose one GPU with CUDA_VISIBLE_DEVICES=0",
        )


def _printing_callback() -> Any:
    from transformers import PrinterCallback

    return PrinterCallback  # it prints every log to stdout, which belongs to data


def _arguments(config: TrainingConfig, folder: Path, *, validated: bool) -> Any:
    from transformers import TrainingArguments

    rhythm = "epoch" if config.checkpoint.every_steps is None else "steps"
    return TrainingArguments(
        output_dir=str(folder / "checkpoints"),
        num_train_epochs=config.epochs,
        max_steps=config.max_steps or -1,
        per_device_train_batch_size=1,  # a step comes whole
        activation_checkpointing=checkpoints_activations(config),
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.optimizer.schedule,
        warmup_steps=config.optimizer.warmup_share,
        weight_decay=config.optimizer.weight_decay,
        max_grad_norm=config.optimizer.max_gradient_norm,
        bf16=computes_in_bf16(config),
        use_cpu=best_device() == "cpu",
        use_liger_kernel=uses_liger(config),
        seed=config.seed,
        data_seed=config.seed,
        logging_strategy="steps",
        logging_steps=1,
        logging_nan_inf_filter=False,  # it would log a loss that is not a number as 0
        save_strategy=rhythm,
        save_steps=config.checkpoint.every_steps or 1,
        save_total_limit=config.checkpoint.keep,
        eval_strategy=rhythm if validated else "no",
        eval_steps=config.checkpoint.every_steps or 1,
        load_best_model_at_end=validated,
        metric_for_best_model="eval_loss" if validated else None,
        greater_is_better=False if validated else None,
        prediction_loss_only=True,
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_num_workers=0,
        **strategy_arguments(config),
    )
