"""Continuing a shared prefix: how the rows of a batch attend to keys and values that all share.

On a CPU they stand there once: the queries of all rows attend to them together, each row attends to
what it has of its own, and the two are merged by their log-sum-exp (Hydragen: Juravsky et al. 2024,
arXiv 2402.05099). Elsewhere, and in models whose attention is another than that of transformers'
"sdpa", they are repeated in the cache of every row.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from rolewright.prefix.attention import attend_in_piece, merge
from rolewright.prefix.cache import NO_PREFIX, PrefixCache
from rolewright.prefix.loss import causal_model

SHARED_ATTENTION = "rolewright_shared_prefix"
"""The name under which transformers knows it."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """How a batch continues a prefix; one of the two is empty.

    Attributes:
        inside: the prefix, where the cache of every row begins with it.
        outside: the prefix, where it stands beside the cache once.
    """

    inside: PrefixCache = NO_PREFIX
    outside: PrefixCache = NO_PREFIX

    def new_cache(self, batch: int, config: Any) -> Any:
        """A cache for rows that have read nothing of their own yet.

        Args:
            batch: number of rows.
            config: the model's, which says what each layer keeps.
        """
        return self.inside.expand(batch, config)

    def in_cache(self, real: torch.Tensor) -> torch.Tensor:
        """Which places of the cache are no padding, boolean, shape (batch, inside + own).

        Args:
            real: the same of the places behind the prefix, shape (batch, own).
        """
        return torch.cat([real.new_ones(len(real), len(self.inside.ids)), real], dim=1)

    def inputs(self, real: torch.Tensor, queries: int) -> dict[str, Any]:
        """What the model is given beside ids, positions and cache.

        Args:
            real: which places behind the prefix are no padding, shape (batch, own).
            queries: how many of them, the last ones, are read now.
        """
        if self.outside is NO_PREFIX:
            return {"attention_mask": self.in_cache(real).long()}
        layers = self.outside.keys_values.layers
        index = torch.arange(real.shape[1], device=real.device)
        seen = (index <= index[-queries:, None]) & real[:, None]  # (batch, queries, own)
        mask = torch.zeros(seen.shape, dtype=layers[0].keys.dtype, device=real.device)
        # The smallest number, not minus infinity: padding, which sees nothing, must stay finite.
        mask = mask.masked_fill(~seen, torch.finfo(mask.dtype).min)
        return {"attention_mask": mask[:, None], "shared_layers": layers}


@contextmanager
def continuing(model: Any, prefix: PrefixCache) -> Iterator[Continuation]:
    """Let a model continue a prefix for as long as the context lasts.

    Args:
        model: a causal language model of transformers whose layers attend fully, with or without
            a PEFT adapter.
        prefix: what all rows start with; may be empty.
    """
    if not _can_stand_outside(model, prefix):
        yield Continuation(inside=prefix)
        return
    _register()
    causal = causal_model(model)
    before = causal.config._attn_implementation
    causal.set_attn_implementation(SHARED_ATTENTION)
    try:
        # A model that has no choice of attention has kept its own.
        taken = causal.config._attn_implementation == SHARED_ATTENTION
        yield Continuation(outside=prefix) if taken else Continuation(inside=prefix)
    finally:
        causal.set_attn_implementation(before)


def _can_stand_outside(model: Any, prefix: PrefixCache) -> bool:
    if prefix.keys_values is None or model.device.type != "cpu":
        return False
    if causal_model(model).config._attn_implementation != "sdpa":
        return False
    return all(layer.keys.shape == layer.values.shape for layer in prefix.keys_values.layers)


def _register() -> None:
    from transformers import AttentionInterface

    AttentionInterface.register(SHARED_ATTENTION, _attend)


def _attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor,
    *,
    scaling: float,
    shared_layers: Sequence[Any],
    **more: Any,
) -> tuple[torch.Tensor, None]:
    """What transformers calls in each layer.

    Args:
        module: the attention layer.
        query: shape (batch, heads, queries, head_dim).
        key: what each row has of its own, shape (batch, key_heads, own, head_dim).
        value: as ``key``.
        attention_mask: of ``key``, added to the scores, shape (batch, 1, queries, own).
        scaling: factor of the scores.
        shared_layers: the prefix's cache by layer, each of batch 1.
        more: what else transformers gives.

    Returns:
        Shape (batch, queries, heads, head_dim), and no attention weights.
    """
    layer = shared_layers[int(module.layer_idx)]  # type: ignore[arg-type]  # a number in all models
    own, sums = attend_in_piece(
        query, key, value, 0.0, False, attn_mask=attention_mask, scale=scaling
    )
    merged = own.float()
    merge(merged, sums, *_attend_together(query, layer.keys, layer.values, scaling))
    return merged.to(query.dtype).transpose(1, 2), None


def _attend_together(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, scaling: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """All rows' attention to the same keys, and the log-sum-exp of the scores.

    The queries of all rows and of all heads that use the same key head are laid out as one
    sequence, so that keys and values are read once a batch and not once a row and head.

    Args:
        query: shape (batch, heads, queries, head_dim).
        keys: shape (1, key_heads, prefix, head_dim).
        values: as ``keys``.
        scaling: factor of the scores.

    Returns:
        Shapes (batch, heads, queries, head_dim) and (batch, heads, queries).
    """
    batch, heads, queries, width = query.shape
    key_heads = keys.shape[1]
    by_key_head = query.reshape(batch, key_heads, -1, width).transpose(0, 1)
    sequence = by_key_head.reshape(1, key_heads, -1, width)
    found, sums = attend_in_piece(sequence, keys, values, 0.0, False, scale=scaling)
    found = found.reshape(key_heads, batch, -1, width).transpose(0, 1)
    sums = sums.reshape(key_heads, batch, -1).transpose(0, 1)
    return found.reshape(batch, heads, queries, width), sums.reshape(batch, heads, queries)
