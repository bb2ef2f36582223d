"""Batched decoding that gathers the scores of each token in the decoding pass itself."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from rolewright.generation.sampling import GREEDY, Sampling, choose_tokens
from rolewright.prefix.cache import NO_PREFIX, PrefixCache

TokenCallback = Callable[[int, int], None]
"""Called with (prompt index, token id) for every token of an answer as soon as it is chosen."""


@dataclass(slots=True)
class Generation:
    """One answer and the model's own probabilities along it.

    Attributes:
        token_ids: the answer's ids without the stop token, shape (tokens,).
        logprobs: natural log-probability of each, and of the stop token last where there is one.
        entropies: entropy of the next-token distribution at each of these steps, in nats.
        margins: probability of the likeliest token less that of the second, at each step.
        stopped: whether the model ended the answer itself; False = the token limit cut it.
    """

    token_ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    entropies: list[float] = field(default_factory=list)
    margins: list[float] = field(default_factory=list)
    stopped: bool = False


@torch.inference_mode()
def generate(
    model: Any,
    prompts: Sequence[Sequence[int]],
    *,
    stop_ids: Collection[int],
    max_new_tokens: int = 256,
    sampling: Sampling = GREEDY,
    prefix: PrefixCache = NO_PREFIX,
    on_token: TokenCallback | None = None,
) -> list[Generation]:
    """Decode an answer to each prompt, all in one batch; rows that have ended leave it.

    Args:
        model: a causal language model in evaluation mode.
        prompts: token ids, each shape (tokens,).
        stop_ids: ids that end an answer.
        max_new_tokens: limit on an answer's length.
        sampling: greedy unless told otherwise; scores are always of the untempered distribution.
        prefix: keys and values that all prompts start with; each goes on by at least one id.
        on_token: told of every token, for streaming.

    Returns:
        One ``Generation`` a prompt, in the prompts' order.

    Raises:
        ValueError: a prompt does not continue the prefix.
    """
    length = len(prefix.ids)
    if any(tuple(prompt[:length]) != prefix.ids or len(prompt) == length for prompt in prompts):
        raise ValueError("every prompt must continue the shared prefix by at least one token")
    generations = [Generation() for _ in prompts]
    generator = sampling.generator(model.device)
    batch = _Batch(model, prefix, [list(prompt[length:]) for prompt in prompts])
    for step in range(max_new_tokens):
        chosen = choose_tokens(batch.logits, sampling, generator)
        running = _record(batch, chosen, generations, stop_ids, on_token)
        if not running or step == max_new_tokens - 1:
            break
        batch.keep(running)
        batch.step(chosen[running])
    return generations


class _Batch:
    """Prompts being decoded: their cache, their masks and the logits of the next token.

    Attributes:
        rows: the prompt index of each row, length (batch,).
        logits: of the next token, fp32, shape (batch, vocab).
    """

    def __init__(self, model: Any, prefix: PrefixCache, suffixes: list[list[int]]) -> None:
        device, width = model.device, max(map(len, suffixes))
        self._model = model
        self._cache = prefix.expand(len(suffixes), model.config)
        self.rows = list(range(len(suffixes)))
        padding = torch.tensor([width - len(suffix) for suffix in suffixes], device=device)
        # Padding stands between the prefix and the prompt, and is masked.
        ids = torch.tensor([[0] * (width - len(s)) + s for s in suffixes], device=device)
        real = torch.arange(width, device=device) >= padding[:, None]  # (batch, width)
        shared = real.new_ones(len(suffixes), len(prefix.ids))
        self._mask = torch.cat([shared, real], dim=1).long()  # (batch, prefix + width)
        positions = (self._mask.cumsum(dim=1) - 1).clamp(min=0)[:, len(prefix.ids) :]
        self._next_position = positions[:, -1:] + 1
        self._forward(ids, positions)

    def step(self, chosen: torch.Tensor) -> None:
        """Feed the chosen ids, shape (batch,)."""
        self._mask = torch.cat([self._mask, self._mask.new_ones(len(chosen), 1)], dim=1)
        positions, self._next_position = self._next_position, self._next_position + 1
        self._forward(chosen[:, None], positions)

    def keep(self, running: list[int]) -> None:
        """Leave out all rows but these."""
        if len(running) == len(self.rows):
            return
        index = torch.tensor(running, device=self._mask.device)
        self._cache.batch_select_indices(index)
        self._mask, self._next_position = self._mask[index], self._next_position[index]
        self.rows = [self.rows[row] for row in running]

    def _forward(self, ids: torch.Tensor, positions: torch.Tensor) -> None:
        output = self._model(
            input_ids=ids,
            attention_mask=self._mask,
            position_ids=positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self.logits: torch.Tensor = output.logits[:, -1].float()


def _record(
    batch: _Batch,
    chosen: torch.Tensor,
    generations: list[Generation],
    stop_ids: Collection[int],
    on_token: TokenCallback | None,
) -> list[int]:
    """Write the chosen tokens and their scores down; return the batch rows that go on."""
    logprobs = batch.logits.log_softmax(dim=-1)  # (batch, vocab)
    probabilities = logprobs.exp()
    entropies = torch.special.entr(probabilities).sum(dim=-1).tolist()
    top = probabilities.topk(2, dim=-1).values
    margins = (top[:, 0] - top[:, 1]).tolist()
    of_chosen = logprobs.gather(1, chosen[:, None])[:, 0].tolist()
    running = []
    for index, (row, token) in enumerate(zip(batch.rows, chosen.tolist(), strict=True)):
        generation = generations[row]
        generation.logprobs.append(of_chosen[index])
        generation.entropies.append(entropies[index])
        generation.margins.append(margins[index])
        if token in stop_ids:
            generation.stopped = True
            continue
        generation.token_ids.append(token)
        running.append(index)
        if on_token is not None:
            on_token(row, token)
    return running
