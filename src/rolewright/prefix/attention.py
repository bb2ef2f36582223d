"""Attention over a row: each conversation sees what it shares and itself, and no other.

On a CPU, each segment's keys are used in two pieces: by the tokens of the segment itself, causally,
and by all tokens that continue it. The pieces are merged by their log-sum-exp, and the backward
pass of each takes the merged output and log-sum-exp, which makes it exact (as in Ring Attention,
Liu et al. 2023, arXiv 2310.01889, and cascade inference in FlashInfer, Ye et al. 2025, arXiv
2501.01005). Nothing of size tokens × tokens is ever held. On a GPU, FlexAttention (Dong et al.
2024, arXiv 2412.05496) does the same from a block mask.
"""

from collections.abc import Iterator
from typing import Any

import torch

from rolewright.prefix.row import Row, Segment

ROW_ATTENTION = "rolewright_row"
"""The name under which transformers knows it."""

attend_in_piece = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
"""Attention and the log-sum-exp of its scores, so that pieces of it can be merged."""
_backward = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward


def register_row_attention() -> None:
    """Make the attention known to transformers; doing so again changes nothing."""
    from transformers import AttentionInterface

    AttentionInterface.register(ROW_ATTENTION, _attend)


def visible(ends: torch.Tensor) -> torch.Tensor:
    """The mask that a row stands for, for tests and small rows.

    Args:
        ends: as in ``Row``, shape (tokens,).

    Returns:
        Boolean, shape (tokens, tokens); [q, k] = token q attends to token k.
    """
    index = torch.arange(len(ends), device=ends.device)
    return (index[None, :] <= index[:, None]) & (index[:, None] < ends[None, :])


def block_mask(row: Row) -> Any:
    """The same as a ``BlockMask`` of FlexAttention; untested on a GPU.

    Args:
        row: on the device that computes.
    """
    from torch.nn.attention.flex_attention import create_block_mask

    ends = row.ends
    tokens = len(ends)

    def sees(batch: Any, head: Any, query: Any, key: Any) -> Any:
        return (key <= query) & (query < ends[key])

    return create_block_mask(sees, None, None, tokens, tokens, device=ends.device)


def _attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: Any,
    *,
    scaling: float,
    row_layout: Any,
    **more: Any,
) -> tuple[torch.Tensor, None]:
    """What transformers calls in each layer.

    Args:
        module: the attention layer.
        query: shape (1, heads, tokens, head_dim).
        key: shape (1, key_heads, tokens, head_dim).
        value: as ``key``.
        attention_mask: transformers makes none for an attention that it does not know.
        scaling: factor of the scores.
        row_layout: the row's segments on a CPU, its block mask on a GPU.
        more: what else transformers gives.

    Returns:
        Shape (1, tokens, heads, head_dim), and no attention weights.
    """
    if query.device.type != "cpu":
        from transformers.integrations.flex_attention import flex_attention_forward

        output, _ = flex_attention_forward(
            module, query, key, value, row_layout, scaling=scaling, **more
        )
        return output, None
    if torch.is_autocast_enabled("cpu"):  # as scaled_dot_product_attention does
        dtype = torch.get_autocast_dtype("cpu")
        query, key, value = query.to(dtype), key.to(dtype), value.to(dtype)
    apply: Any = _RowAttention.apply
    output = apply(query, key, value, row_layout, scaling)
    return output.transpose(1, 2), None


class _RowAttention(torch.autograd.Function):
    """Attention in pieces, on a CPU; memory grows with the tokens, not with their square."""

    @staticmethod
    def forward(
        ctx: Any,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        segments: tuple[Segment, ...],
        scaling: float,
    ) -> torch.Tensor:
        merged = torch.empty(query.shape, dtype=torch.float32)
        sums = torch.empty(query.shape[:-1])  # (1, heads, tokens)
        begun = 0  # queries before it have some keys behind them already
        for queries, keys, causal in _pieces(segments):
            part, part_sums = attend_in_piece(
                query[:, :, queries], key[:, :, keys], value[:, :, keys], 0.0, causal, scale=scaling
            )
            if queries.start >= begun:
                merged[:, :, queries], sums[:, :, queries] = part, part_sums
                begun = queries.stop
            else:
                merge(merged[:, :, queries], sums[:, :, queries], part, part_sums)
        output = merged.to(query.dtype)
        ctx.save_for_backward(query, key, value, output, sums)
        ctx.segments, ctx.scaling = segments, scaling
        return output

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> Any:
        query, key, value, output, sums = ctx.saved_tensors
        of_query, of_key, of_value = (
            torch.zeros(tensor.shape, dtype=torch.float32) for tensor in (query, key, value)
        )
        for queries, keys, causal in _pieces(ctx.segments):
            parts = _backward(
                gradient[:, :, queries], query[:, :, queries], key[:, :, keys], value[:, :, keys],
                output[:, :, queries], sums[:, :, queries], 0.0, causal, scale=ctx.scaling,
            )  # fmt: skip
            of_query[:, :, queries] += parts[0]
            of_key[:, :, keys] += parts[1]
            of_value[:, :, keys] += parts[2]
        dtype = query.dtype
        return of_query.to(dtype), of_key.to(dtype), of_value.to(dtype), None, None


def _pieces(segments: tuple[Segment, ...]) -> Iterator[tuple[slice, slice, bool]]:
    """Queries, keys, and whether they are the same tokens, so that attention is causal."""
    for start, stop, end in segments:
        own = slice(start, stop)
        yield own, own, True
        if end > stop:
            yield slice(stop, end), own, False


def merge(
    merged: torch.Tensor, sums: torch.Tensor, part: torch.Tensor, part_sums: torch.Tensor
) -> None:
    """Add the attention to further keys, in place.

    Args:
        merged: attention to the keys so far, fp32, shape (batch, heads, queries, head_dim).
        sums: log-sum-exp of the scores so far, shape (batch, heads, queries).
        part: attention to the further keys, as ``merged``.
        part_sums: log-sum-exp of their scores, as ``sums``.
    """
    both = torch.logaddexp(sums, part_sums)
    merged *= (sums - both).exp_()[..., None]
    merged += part * (part_sums - both).exp_()[..., None]
    sums.copy_(both)
