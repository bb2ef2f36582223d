"""How much memory a training run takes on each GPU: arithmetic only, nothing is loaded.

Sharding follows ZeRO (Rajbhandari et al. 2020, arXiv 1910.02054) and PyTorch's FSDP2.
"""

import re
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from rolewright.errors import UserError
from rolewright.models.activations import Computation, kept_bytes, layer_bytes
from rolewright.models.quantization import Quantization
from rolewright.models.shape import Linear, ModelShape

Strategy = Literal["ddp", "fsdp", "zero2", "zero3"]
GIB = 2**30
_CONTEXT = GIB
"""Of the CUDA context and libraries: a guess."""
_FRAGMENTATION = 0.05
"""Of everything else: a guess."""
_BUCKET = 500_000_000
"""Elements of DeepSpeed's buckets for gradients, its default."""
_LIVE = 1_000_000_000
"""Elements that ZeRO-3 holds whole at once, its default."""
_BYTES = {"nf4": 0.5 + 1 / 64 + 4 / (64 * 256), "int8": 1.0}
"""Of a quantised weight. nf4: 4 bits, a byte for each 64 weights, and 4 for each 256 of these."""
_LOGITS_AT_ONCE = 1 << 25
"""As ``prefix.loss`` splits them; models do not import it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What decides the memory of a run.

    Attributes:
        conversations: that go through the model at once, on one GPU.
        system_tokens: of the system message that all of them share.
        conversation_tokens: of each without it.
        trained_tokens: of each.
        packed: whether they stand in one row behind a single system message.
        checkpointing: whether activations are computed again.
        bf16: whether it is computed in bf16; under LoRA frozen weights are then bf16 too.
        full: whether all weights are trained.
        quantization: of frozen linear layers.
        rank: of the adapter.
        variant: of the adapter: lora, rslora or dora.
        target_modules: as PEFT reads them.
        train_embeddings: embedding and head are trained beside the adapter.
    """

    conversations: int
    system_tokens: int
    conversation_tokens: int
    trained_tokens: int
    packed: bool = False
    checkpointing: bool = False
    bf16: bool = True
    full: bool = False
    quantization: Quantization = "none"
    rank: int = 16
    variant: str = "lora"
    target_modules: str | tuple[str, ...] = "all-linear"
    train_embeddings: bool = False

    @property
    def rows(self) -> int:
        """Rows of a batch."""
        return 1 if self.packed else self.conversations

    @property
    def row_tokens(self) -> int:
        """Length of a row."""
        conversations = self.conversations if self.packed else 1
        return self.system_tokens + conversations * self.conversation_tokens


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes on each GPU.

    Attributes:
        weights: frozen and trained.
        gradients: in fp32.
        optimizer: two states of AdamW; under ZeRO also the fp32 weights.
        buffers: weights in bf16 for autocast, gathered parameters, gradients on their way.
        activations: kept from the forward to the backward pass.
        logits: of the trained tokens, with the probabilities and gradients of the loss.
        layer: backward pass of one layer, while the logits exist no longer.
        reserve: CUDA context and fragmentation, a guess.
    """

    weights: int
    gradients: int
    optimizer: int
    buffers: int
    activations: int
    logits: int
    layer: int
    reserve: int

    @property
    def total(self) -> int:
        """The peak: logits and the backward pass of a layer never stand beside each other."""
        steady = self.weights + self.gradients + self.optimizer + self.buffers + self.activations
        return steady + max(self.logits, self.layer) + self.reserve


def adapted_layers(shape: ModelShape, plan: Plan) -> list[list[Linear]]:
    """Of each layer the linear layers that get an adapter.

    Raises:
        UserError: ``target_modules`` names none.
    """
    layers = [list(shape.linears(layer)) for layer in range(shape.layers)]
    if plan.full:
        return [[] for _ in layers]
    found = [[each for each in layer if _is_target(each, plan.target_modules)] for layer in layers]
    if not any(found):
        names = [linear.name.rpartition(".")[2] for linear in layers[-1]]
        raise UserError.at(
            "lora.target_modules",
            f"{plan.target_modules!r} names no linear layer of the model",
            expected=f"all-linear, or some of {', '.join(names)}",
        )
    return found


def _is_target(linear: Linear, targets: str | tuple[str, ...]) -> bool:
    if targets == "all-linear":
        return True
    if isinstance(targets, str):
        return re.fullmatch(targets, linear.name) is not None
    return any(linear.name == name or linear.name.endswith(f".{name}") for name in targets)


def trained_parameters(shape: ModelShape, plan: Plan) -> int:
    """How many parameters are trained."""
    if plan.full:
        return shape.parameters
    layers = adapted_layers(shape, plan)
    adapters = sum(each.adapter(plan.rank, plan.variant) for layer in layers for each in layer)
    embeddings = shape.embedding * (1 if shape.tied else 2) if plan.train_embeddings else 0
    return adapters + embeddings


def estimate_memory(shape: ModelShape, plan: Plan, strategy: Strategy, gpus: int) -> Memory:
    """Estimate the peak on each of several GPUs.

    Args:
        shape: the model's.
        plan: what is trained and how.
        strategy: ``ddp`` holds everything on each GPU; ``zero2`` shards gradients and optimiser,
            ``zero3`` and ``fsdp`` the weights too.
        gpus: how many share the work.

    Raises:
        UserError: ``target_modules`` names no layer.
    """
    trained = trained_parameters(shape, plan)
    frozen = 0 if plan.full else _frozen_bytes(shape, plan)
    width = 2 if plan.bf16 else 4
    gathered = (shape.outside_layers + 2 * _largest_layer(shape)) * width
    weights, gradients, optimizer = frozen + 4 * trained, 4 * trained, 8 * trained
    if strategy == "ddp":
        # Autocast's copies; and with several GPUs the buckets in which gradients travel.
        buffers = trained * (2 if plan.bf16 else 0) + (4 * trained if gpus > 1 else 0)
    elif strategy == "fsdp":
        weights, gradients, optimizer = (
            -(-each // gpus) for each in (weights, gradients, optimizer)
        )
        buffers = gathered + 4 * 2 * trained // (shape.layers + 2)
    else:  # DeepSpeed keeps fp32 weights with the optimiser's states, and computes with its own
        whole = frozen + width * trained
        masters = 4 * trained if plan.bf16 else 0
        gradients, optimizer = -(-width * trained // gpus), -(-(8 * trained + masters) // gpus)
        weights = whole if strategy == "zero2" else -(-whole // gpus)
        buffers = 2 * width * min(_BUCKET, trained)
        buffers += 0 if strategy == "zero2" else width * min(_LIVE, shape.parameters)
    steady = weights + gradients + optimizer + buffers
    activations, logits, layer = _passing(shape, plan)
    moving = activations + max(logits, layer)
    reserve = _CONTEXT + int(_FRAGMENTATION * (steady + moving))
    return Memory(weights, gradients, optimizer, buffers, activations, logits, layer, reserve)


def _largest_layer(shape: ModelShape) -> int:
    return max(map(shape.layer_parameters, range(shape.layers)))


def _frozen_bytes(shape: ModelShape, plan: Plan) -> int:
    if plan.quantization == "none":
        return shape.parameters * (2 if plan.bf16 else 4)
    linears = [each for layer in range(shape.layers) for each in shape.linears(layer)]
    quantised = sum(linear.weights for linear in linears if not linear.experts)
    # PEFT raises what is not quantised to fp32.
    return int(quantised * _BYTES[plan.quantization]) + 4 * (shape.parameters - quantised)


def _passing(shape: ModelShape, plan: Plan) -> tuple[int, int, int]:
    """Activations, logits and the backward pass of one layer."""
    how = Computation(
        rows=plan.rows,
        row_tokens=plan.row_tokens,
        bf16=plan.bf16,
        full=plan.full,
        rank=plan.rank,
        dora=plan.variant == "dora",
        fp32_stream=plan.train_embeddings or plan.quantization != "none",
        masked=plan.conversations > 1 and not plan.packed,  # padding has a mask
    )
    adapted = adapted_layers(shape, plan)
    activations = kept_bytes(shape, adapted, how, checkpointing=plan.checkpointing)
    logits = plan.conversations * plan.trained_tokens * shape.vocabulary
    if plan.packed:  # a row's are computed in parts
        logits = min(logits, _LOGITS_AT_ONCE)
    # In bf16, the same in fp32, their log-probabilities and the gradient of these.
    logits *= 14 if plan.bf16 else 12
    sizes = [layer_bytes(shape, n, each, how) for n, each in enumerate(adapted)]
    # Gradients inside the feed-forward network, in and beside the residual stream.
    intermediate = max(shape.intermediate, shape.experts_per_token * shape.expert_intermediate)
    layer = how.tokens * (3 * intermediate * how.width + 3 * shape.hidden * how.stream_width)
    if plan.quantization != "none":  # a matrix at a time is made whole
        layer += 2 * shape.hidden * shape.intermediate
    layer += max(sizes) if plan.checkpointing else 0
    if how.dora and not plan.full:
        # In the forward pass PEFT sends an identity matrix through the adapter, and adds the result
        # to the weights to measure their lengths.
        layer += max(
            (4 + how.width) * each.inputs**2 + 8 * each.weights for each in chain(*adapted)
        )
    return activations, logits, layer
