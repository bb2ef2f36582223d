"""The summed loss of a row: only trained positions are projected to the vocabulary, in chunks."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import MethodType
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from torch.utils.checkpoint import checkpoint

from rolewright.prefix.attention import ROW_ATTENTION, block_mask, register_row_attention
from rolewright.prefix.row import Row

_CHUNK_LOGITS = {"cpu": 1 << 22, "cuda": 1 << 25}
"""Logits held at once: 16 and 128 MiB in fp32; a GPU needs more to be busy."""


@contextmanager
def computing_rows(model: Any) -> Iterator[None]:
    """Let a model take rows, ``model(row=row)``, for as long as the context lasts.

    The loss is computed inside ``forward``, so that wrappers which gather weights or gradients
    around it (DDP, FSDP, DeepSpeed) see a whole pass.

    Args:
        model: a causal language model of transformers, with or without a PEFT adapter.
    """
    register_row_attention()
    causal = causal_model(model)
    before = causal.config._attn_implementation
    original = causal.forward

    def forward(self: Any, *args: Any, row: Row | None = None, **more: Any) -> Any:
        return original(*args, **more) if row is None else _row_loss(self, row)

    causal.set_attn_implementation(ROW_ATTENTION)
    causal.forward = MethodType(forward, causal)
    try:
        yield
    finally:
        del causal.forward
        causal.set_attn_implementation(before)


def causal_model(model: Any) -> Any:
    """The transformers model below a PEFT adapter, or the model itself."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def row_states(model: Any, row: Row) -> torch.Tensor:
    """The hidden states that a row ends with, shape (tokens, hidden).

    Args:
        model: as ``causal_model`` gives it, inside ``computing_rows``.
        row: on its device.
    """
    on_cpu = row.input_ids.device.type == "cpu"
    output = model.base_model(
        input_ids=row.input_ids[None],
        position_ids=row.position_ids[None],
        use_cache=False,
        row_layout=row.segments if on_cpu else block_mask(row),
    )
    states: torch.Tensor = output.last_hidden_state[0]
    return states


def _row_loss(model: Any, row: Row) -> torch.Tensor:
    """Sum the negative log-likelihoods of what is trained in a row, in nats.

    Returns:
        A scalar; fp32.
    """
    head = model.get_output_embeddings()
    hidden = row_states(model, row)[row.sources]  # (trained, hidden)
    vocabulary = model.config.get_text_config().vocab_size
    size = max(1, _CHUNK_LOGITS[hidden.device.type] // vocabulary)
    if len(hidden) <= size:
        return _score(head, hidden, row.targets, row.weights)
    parts = (torch.split(each, size) for each in (hidden, row.targets, row.weights))
    chunks = zip(*parts, strict=True)
    # Logits are computed again in the backward pass; of all chunks together they can be gigabytes.
    losses = [checkpoint(_score, head, *chunk, use_reentrant=False) for chunk in chunks]
    return torch.stack(losses).sum()


def _score(
    head: torch.nn.Module, hidden: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    losses = cross_entropy(head(hidden).float(), targets, reduction="none")
    return (losses * weights).sum()
