"""The formula against the tensors that autograd saves: an exact count, whatever the allocator."""

import weakref

import pytest
import torch
from transformers import (
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3MoeConfig,
    Qwen3MoeForCausalLM,
)

from rolewright.models.activations import Computation, kept_bytes
from rolewright.models.shape import read_shape
from rolewright.training.adapter import add_adapter
from rolewright.training.config import LoraConfig

CLASSES = {
    "qwen2": (Qwen2Config, Qwen2ForCausalLM),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM),
    "qwen3_moe": (Qwen3MoeConfig, Qwen3MoeForCausalLM),
}
TOKENS = 131  # prime: a size that it divides depends on the tokens
RANK = 8


def settings(layers):
    return {
        "vocab_size": 64, "hidden_size": 96, "intermediate_size": 272, "num_hidden_layers": layers,
        "num_attention_heads": 6, "num_key_value_heads": 2, "head_dim": 24, "num_experts": 6,
        "num_experts_per_tok": 2, "moe_intermediate_size": 40, "pad_token_id": 0,
    }  # fmt: skip


def build(kind, layers, how, variant):
    torch.manual_seed(0)
    config_class, model_class = CLASSES[kind]
    config = config_class(**settings(layers))
    config._attn_implementation = "sdpa"
    config.use_cache = False
    model = model_class(config).train()
    if how.full:
        return model
    model = model.to(torch.bfloat16 if how.bf16 else torch.float32)
    model = add_adapter(model, LoraConfig(rank=RANK, variant=variant))
    model.enable_input_require_grads()
    return model


def saved_bytes(model, how):
    """Bytes of all storages that a forward pass leaves for the backward one.

    Weights and their bf16 copies do not count: they are no activations.
    """
    weights = [*model.parameters(), *model.buffers()]
    shapes = {tuple(w.shape) for w in weights} | {
        tuple(w.t().shape) for w in weights if w.ndim == 2
    }
    known = {tensor.untyped_storage().data_ptr() for tensor in weights}
    saved = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known and tuple(tensor.shape) not in shapes:
            saved[storage._cdata] = weakref.ref(storage)
        return tensor

    ids = torch.randint(3, 60, (how.rows, how.row_tokens))
    mask = torch.ones_like(ids)
    mask[-1, -1] = 0 if how.masked else 1
    inner = model.get_base_model().model if hasattr(model, "peft_config") else model.model
    with (
        torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor),
        torch.autocast("cpu", torch.bfloat16, enabled=how.bf16),
    ):
        output = inner(input_ids=ids, attention_mask=mask)
    assert output.last_hidden_state.requires_grad  # the graph is alive here
    alive = [reference() for reference in saved.values()]
    return sum(storage.nbytes() for storage in alive if storage is not None)


def predicted(kind, how, *, checkpointing=False):
    shape = read_shape(settings(3) | {"model_type": kind}, "m")
    adapted = [[] if how.full else list(shape.linears(layer)) for layer in range(3)]
    return kept_bytes(shape, adapted, how, checkpointing=checkpointing)


CASES = [
    (kind, bf16, full, variant, masked)
    for kind in ("qwen2", "qwen3")
    for bf16 in (True, False)
    for full, variant in ((False, "lora"), (False, "dora"), (True, "lora"))
    for masked in (False, True)
]


@pytest.mark.parametrize(("kind", "bf16", "full", "variant", "masked"), CASES)
def test_saved_tensors_are_as_predicted(kind, bf16, full, variant, masked):
    dora = variant == "dora"
    how = Computation(2, TOKENS, bf16, full, RANK, dora=dora, masked=masked)
    measured = saved_bytes(build(kind, 3, how, variant), how)
    error = predicted(kind, how) / measured - 1
    print(f"error {error:+.2%}")
    assert abs(error) < 0.01


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("bf16", [True, False])
def test_saved_tensors_of_experts(bf16, full):
    how = Computation(2, TOKENS, bf16, full, RANK)
    measured = saved_bytes(build("qwen3_moe", 3, how, "lora"), how)
    error = predicted("qwen3_moe", how) / measured - 1
    print(f"error {error:+.2%}")
    assert abs(error) < 0.05


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("bf16", [True, False])
def test_checkpointing_keeps_only_the_inputs_of_layers(bf16, full):
    how = Computation(2, TOKENS, bf16, full, RANK)
    model = build("qwen2", 3, how, "lora")
    model.gradient_checkpointing_enable({"use_reentrant": False})
    angles = TOKENS * 2 * 24 * how.stream_width  # of positions: alive, but no hook sees them
    error = predicted("qwen2", how, checkpointing=True) / (saved_bytes(model, how) + angles) - 1
    print(f"error {error:+.2%}")
    assert abs(error) < 0.01


@pytest.mark.parametrize("checkpointing", [True, False])
@pytest.mark.parametrize("quantised", [True, False])
def test_embeddings_in_fp32_bring_the_residual_stream_to_fp32(quantised, checkpointing):
    """Trained ones, and those beside quantised weights, which bf16 matrices stand for here."""
    how = Computation(2, TOKENS, bf16=True, full=False, rank=RANK, fp32_stream=True)
    model = build("qwen2", 3, how, "lora")
    for name, parameter in model.named_parameters():
        if "embed_tokens" in name or (quantised and "norm" in name):
            parameter.data = parameter.data.float()
    if checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    unseen = TOKENS * 2 * 24 * how.stream_width if checkpointing else 0
    measured = saved_bytes(model, how) + unseen
    error = predicted("qwen2", how, checkpointing=checkpointing) / measured - 1
    print(f"error {error:+.2%}")
    assert abs(error) < 0.01
