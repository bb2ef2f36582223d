"""Keys and values of a shared prefix, computed once and used by many prompts."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True, slots=True)
class PrefixCache:
    """The keys and values of the tokens that many prompts start with.

    Attributes:
        ids: the shared token ids, shape (prefix,).
        keys_values: a transformers cache that holds them, batch 1; None for an empty prefix.
    """

    ids: tuple[int, ...]
    keys_values: Any

    def expand(self, batch: int, config: Any) -> Any:
        """A fresh cache for ``batch`` prompts that continue the prefix.

        Args:
            batch: number of prompts.
            config: the model's, which says what each layer keeps.
        """
        if self.keys_values is None:
            from transformers import DynamicCache

            return DynamicCache(config=config)
        cache = copy.deepcopy(self.keys_values)
        cache.batch_repeat_interleave(batch)
        return cache

    def part(self, ids: Sequence[int]) -> "PrefixCache":
        """As much of it as these ids start with."""
        length = len(shared_prefix([(*self.ids, _NO_ID), (*ids, _NO_ID)]))
        if length == len(self.ids):
            return self
        if length == 0:
            return NO_PREFIX
        cache = copy.deepcopy(self.keys_values)
        cache.crop(length - len(self.ids))  # negative: how many to leave out
        return PrefixCache(self.ids[:length], cache)


NO_PREFIX = PrefixCache((), None)
_NO_ID = -1


@torch.inference_mode()
def compute_prefix(
    model: Any, ids: Sequence[int], beginning: PrefixCache = NO_PREFIX
) -> PrefixCache:
    """Run the model over a shared prefix once.

    Args:
        model: a causal language model in evaluation mode, whose layers attend fully.
        ids: the shared token ids, shape (prefix,); may be empty.
        beginning: computed before; what ``ids`` have in common with it is not computed again.
    """
    known = beginning.part(ids)
    if len(known.ids) == len(ids):
        return known
    cache = known.expand(1, model.config)
    model(
        input_ids=torch.tensor([list(ids[len(known.ids) :])], device=model.device),
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    )
    return PrefixCache(tuple(ids), cache)


def shared_prefix(prompts: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The ids that all prompts start with, leaving each prompt at least one id of its own."""
    if not prompts:
        return ()
    limit = min(map(len, prompts)) - 1
    first = prompts[0]
    length = 0
    while length < limit and all(prompt[length] == first[length] for prompt in prompts):
        length += 1
    return tuple(first[:length])
