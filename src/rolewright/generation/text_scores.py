"""How probable a text is to a model that continues texts: what perplexity is made of."""

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from rolewright.prefix.cache import NO_PREFIX

BLOCK_TOKENS = 2048
_CHUNK_TOKENS = 128  # logits of so many positions are held at once: 78 MB in fp32 for Qwen's words


@torch.inference_mode()
def text_nats(model: Any, ids: Sequence[int], start_id: int) -> float:
    """The negative log-likelihood of a text, summed over its tokens, in nats.

    A text that is longer than a block, or than the context, is read in blocks of that length, each
    as if it began there; every token counts once (as in lm-eval's rolling log-likelihood). A block
    is fed in chunks that attend to all of it that came before, so that memory stays small.

    Args:
        model: a causal language model in evaluation mode.
        ids: of the text, shape (tokens,).
        start_id: what stands before each block, so that its first token is predicted too.
    """
    size = min(BLOCK_TOKENS, model.config.max_position_embeddings)
    blocks = (list(ids[first : first + size]) for first in range(0, len(ids), size))
    return sum(_block_nats(model, [start_id, *block]) for block in blocks)


def _block_nats(model: Any, ids: list[int]) -> float:
    cache = NO_PREFIX.expand(1, model.config)
    total = 0.0
    for first in range(0, len(ids) - 1, _CHUNK_TOKENS):
        targets = ids[first + 1 : first + 1 + _CHUNK_TOKENS]
        inputs = torch.tensor([ids[first : first + len(targets)]], device=model.device)
        output = model(input_ids=inputs, past_key_values=cache, use_cache=True)
        losses = cross_entropy(
            output.logits[0].float(), torch.tensor(targets, device=model.device), reduction="sum"
        )
        total += float(losses)
    return total
