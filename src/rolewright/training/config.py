"""The training configuration: one YAML file, every key of which ``--set`` overrides."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from rolewright.errors import UserError
from rolewright.models.load import Precision
from rolewright.models.quantization import Quantization
from rolewright.tokens.chat_format import Thinking
from rolewright.tokens.chatml import LossKind
from rolewright.yaml_document import YamlDocument, read_yaml, validate

_MOST_ROW_TOKENS = 8192

Share = Annotated[float, Field(ge=0, lt=1)]
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def _as_written(value: Any) -> Any:
    return ("on" if value else "off") if isinstance(value, bool) else value


Switch = Annotated[Literal["auto", "on", "off"], BeforeValidator(_as_written)]
"""YAML reads on and off as booleans."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LoraConfig(_Section):
    """Low-rank adapters (Hu et al. 2021, arXiv 2106.09685)."""

    rank: Count = 16
    alpha: Positive = 32.0
    """The adapter's output is scaled by alpha / rank."""
    dropout: Share = 0.0
    target_modules: str | tuple[str, ...] = "all-linear"
    """Module names, or ``all-linear``: every linear layer but the output head."""
    variant: Literal["lora", "rslora", "dora"] = "lora"
    """``rslora`` scales by alpha / √rank (arXiv 2312.03732); ``dora`` also trains the length of
    each output's weights (arXiv 2402.09353)."""
    train_embeddings: bool = False
    """Train the embedding and the output head too, whole, and save them with the adapter."""


class PackingConfig(_Section):
    """How conversations are laid out in what goes through the model at once."""

    kind: Literal["auto", "shared_prefix", "separate", "none"] = "auto"
    """``shared_prefix``: what conversations share from the start is computed once a row;
    ``separate``: each whole, side by side in a row; ``none``: padded batches; ``auto`` =
    ``shared_prefix`` where the model can compute it exactly, else ``none``."""
    row_tokens: Count | None = None
    """At most so many tokens go through the model at once; a longer conversation goes alone. None =
    8192 on a GPU; on a CPU 1024 and three times what conversations share, but no more than 8192."""
    verify: bool = False
    """Compare loss and gradients of the first step with those of plain passes; as ``--verify``."""

    @property
    def most_row_tokens(self) -> int:
        """The limit where nothing is known of the data."""
        return self.row_tokens or _MOST_ROW_TOKENS


class OptimizerConfig(_Section):
    """AdamW with warm-up and decay."""

    learning_rate: Positive | None = None
    """None = 1e-3 for LoRA, 2e-5 for full fine-tuning."""
    schedule: Literal["linear", "cosine", "constant_with_warmup"] = "linear"
    warmup_share: Share = 0.05
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    max_gradient_norm: Positive = 1.0


class CheckpointConfig(_Section):
    """What a killed run can go on from; the validation loss is measured at each."""

    every_steps: Count | None = None
    """None = once an epoch."""
    keep: Count = 2


class ConfidenceHeadConfig(_Section):
    """A confidence head that is trained with the model, by an auxiliary loss."""

    data: str | None = None
    """File of answers that are graded, or that can be: rows of questions with a ``response``.
    None = no head is trained with the model."""
    weight: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.1
    """Of the head's cross-entropy beside the language model's; 0 = no head is trained."""
    kind: Literal["linear", "mlp"] = "linear"
    """``mlp`` has a hidden layer of 32 units."""
    batch_size: Count = 8
    """Graded answers an optimiser step."""
    learning_rate: Positive = 3e-2
    """Of the head itself; rises and falls as the model's does."""

    @property
    def trained(self) -> bool:
        """Whether there is to be one."""
        return self.data is not None and self.weight > 0


class DistributedConfig(_Section):
    """Several processes, started by torchrun or accelerate launch."""

    strategy: Literal["ddp", "fsdp", "zero2", "zero3"] = "ddp"
    """``ddp``: each holds everything; ``fsdp``: a share of weights, gradients and optimizer
    (FSDP2); ``zero2``, ``zero3``: DeepSpeed's."""


class TrainingConfig(_Section):
    """How to train."""

    method: Literal["lora", "full"] = "lora"
    loss: LossKind = "assistant"
    """``assistant``: the assistants' content and end token; ``qwen``: as Qwen's finetune.py."""
    thinking: Annotated[Thinking, BeforeValidator(_as_written)] = "off"
    """``on``: the model reasons in a think block before it answers; the bundle keeps to it."""
    epochs: Positive = 2.0
    max_steps: Count | None = None
    """Optimiser steps; where given, it wins over ``epochs``."""
    batch_size: Count = 16
    """Examples an optimiser step: conversations, or the answers of a model with think blocks."""
    micro_batch_size: Count | None = None
    """At most so many examples go through the model at once; None = what ``packing.row_tokens``
    allows."""
    max_length_tokens: Count = 2048
    """Exchanges that end behind it are left out whole, and counted."""
    validation_share: Share = 0.1
    """Share of the conversations held back to measure the validation loss; 0 = none."""
    precision: Precision = "auto"
    """``auto`` = bf16 where the processor computes in it, else fp32."""
    gradient_checkpointing: Switch = "auto"
    """Compute activations again in the backward pass: less memory, more computation. ``auto`` = on
    a CPU, where memory fetched anew costs as much time."""
    quantization: Quantization = "none"
    """Of the frozen weights under LoRA (QLoRA): ``nf4`` 4 bits, ``int8`` 8 bits. Needs a GPU and
    bitsandbytes."""
    liger: Switch = "auto"
    """Liger's fused kernels: ``auto`` = on a GPU where liger-kernel is installed."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 42
    packing: PackingConfig = PackingConfig()
    lora: LoraConfig = LoraConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    checkpoint: CheckpointConfig = CheckpointConfig()
    confidence_head: ConfidenceHeadConfig = ConfidenceHeadConfig()
    distributed: DistributedConfig = DistributedConfig()

    @model_validator(mode="after")
    def _only_frozen_weights_are_quantised(self) -> "TrainingConfig":
        if self.quantization != "none" and self.method == "full":
            raise ValueError(f"quantization {self.quantization} needs method lora, found full")
        return self

    @property
    def learning_rate(self) -> float:
        """The learning rate in force."""
        if self.optimizer.learning_rate is not None:
            return self.optimizer.learning_rate
        return 1e-3 if self.method == "lora" else 2e-5


def load_config(path: str | Path | None, overrides: list[str]) -> TrainingConfig:
    """Read a configuration and apply overrides.

    Args:
        path: a YAML file; None = all defaults.
        overrides: ``key=value`` each, the key dotted (``lora.rank=8``), the value YAML.

    Raises:
        UserError: naming file, line and key, or the override.
    """
    document = YamlDocument("--set", {}, {}) if path is None else read_yaml(path)
    config = validate(TrainingConfig, document)
    if not overrides:
        return config
    merged: dict[str, Any] = document.value
    for override in overrides:
        _apply(merged, override)
    return validate(TrainingConfig, YamlDocument("--set", merged, {}))


def _apply(value: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not all(part.strip() for part in key.split(".")):
        raise UserError.at(
            f"--set {override}",
            "this is no key and value",
            expected="key=value, such as lora.rank=8",
        )
    *sections, last = key.strip().split(".")
    for section in sections:
        inner = value.setdefault(section, {})
        if not isinstance(inner, dict):
            raise UserError.at(f"--set {override}", f"{section!r} is not a section")
        value = inner
    try:
        value[last] = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError.at(f"--set {override}", f"{text!r} is not a YAML value") from error
