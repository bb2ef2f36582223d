"""Batched decoding that gathers the scores of each token in the decoding pass itself."""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from rolewright.generation.sampling import GREEDY, Sampling, choose_tokens
from rolewright.generation.trace import NO_TAP, PromptCache, Recorder, Tap, Trace
from rolewright.prefix.cache import NO_PREFIX, PrefixCache
from rolewright.prefix.continuation import Continuation, continuing

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
        certainties: divergence KL(U || p) of the next-token distribution p from the uniform one U
            at each step, in nats (self-certainty: Kang et al. 2025, arXiv 2502.18581).
        stop_id: that the model ended the answer with; None = the token limit cut it.
        trace: what was kept of the pass; empty unless asked for.
    """

    token_ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    entropies: list[float] = field(default_factory=list)
    margins: list[float] = field(default_factory=list)
    certainties: list[float] = field(default_factory=list)
    stop_id: int | None = None
    trace: Trace = field(default_factory=Trace)

    @property
    def stopped(self) -> bool:
        """Whether the model ended the answer itself."""
        return self.stop_id is not None

    @property
    def chosen_ids(self) -> list[int]:
        """Ids of all steps, the stop token included."""
        return self.token_ids if self.stop_id is None else [*self.token_ids, self.stop_id]


@torch.inference_mode()
def generate(
    model: Any,
    prompts: Sequence[Sequence[int]],
    *,
    stop_ids: Collection[int],
    max_new_tokens: int = 256,
    sampling: Sampling = GREEDY,
    prefix: PrefixCache = NO_PREFIX,
    tap: Tap = NO_TAP,
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
        tap: what to keep of the pass for each answer.
        on_token: told of every token, for streaming.

    Returns:
        One ``Generation`` a prompt, in the prompts' order.

    Raises:
        ValueError: a prompt does not continue the prefix.
    """
    generator = sampling.generator(model.device)
    generations = [Generation() for _ in prompts]
    with _Batch.of(model, prefix, prompts, tap) as batch:
        for row, generation in enumerate(generations):
            generation.trace.prompt = batch.prompt_cache(row)
        for step in range(max_new_tokens):
            chosen = choose_tokens(batch.logits, sampling, generator)
            for index, row in enumerate(batch.rows):
                if row in sampling.given:
                    chosen[index] = sampling.given[row][step]
            running = _record(batch, chosen, generations, stop_ids, on_token)
            if not running or step == max_new_tokens - 1:
                break
            batch.keep(running)
            batch.step(chosen[running])
    return generations


@torch.inference_mode()
def next_token_logprobs(
    model: Any, prompts: Sequence[Sequence[int]], *, prefix: PrefixCache = NO_PREFIX
) -> torch.Tensor:
    """Natural log-probabilities of the token after each prompt, all in one pass and none decoded.

    Args:
        model: a causal language model in evaluation mode.
        prompts: token ids, each shape (tokens,).
        prefix: keys and values that all prompts start with; each goes on by at least one id.

    Returns:
        fp32, shape (prompts, vocab).

    Raises:
        ValueError: a prompt does not continue the prefix.
    """
    with _Batch.of(model, prefix, prompts, NO_TAP) as batch:
        return batch.logits.log_softmax(dim=-1)


class _Batch:
    """Prompts being decoded: their cache, their masks and the logits of the next token.

    Attributes:
        rows: the prompt index of each row, length (batch,).
        logits: of the next token, fp32, shape (batch, vocab).
        recorder: what of the last forward pass is kept.
    """

    def __init__(
        self,
        model: Any,
        continuation: Continuation,
        prefix_tokens: int,
        suffixes: list[list[int]],
        recorder: Recorder,
    ) -> None:
        self.recorder = recorder
        device, width = model.device, max(map(len, suffixes))
        self._model = model
        self._continuation = continuation
        self._cache = continuation.new_cache(len(suffixes), model.config)
        self.rows = list(range(len(suffixes)))
        padding = torch.tensor([width - len(suffix) for suffix in suffixes], device=device)
        # Padding stands between the prefix and the prompt, and is masked.
        ids = torch.tensor([[0] * (width - len(s)) + s for s in suffixes], device=device)
        self._real = torch.arange(width, device=device) >= padding[:, None]  # (batch, own)
        positions = (self._real.cumsum(dim=1) - 1).clamp(min=0) + prefix_tokens
        self._next_position = positions[:, -1:] + 1
        self._forward(ids, positions)
        self._prompt_in_cache = continuation.in_cache(self._real)
        first = recorder.tap.stochastic_layer
        # Appending to the cache makes new tensors: these stay what they are after the prompt.
        self._prompt_keys_values = {
            layer: (self._cache.layers[layer].keys, self._cache.layers[layer].values)
            for layer in range(len(self._cache.layers))
            if first is not None and layer >= first
        }

    @classmethod
    @contextmanager
    def of(
        cls, model: Any, prefix: PrefixCache, prompts: Sequence[Sequence[int]], tap: Tap
    ) -> "Iterator[_Batch]":
        """Read prompts, and listen to the model for as long as the context lasts.

        Raises:
            ValueError: a prompt does not continue the prefix.
        """
        length = len(prefix.ids)
        if any(tuple(prompt[:length]) != prefix.ids or len(prompt) == length for prompt in prompts):
            raise ValueError("every prompt must continue the shared prefix by at least one token")
        recorder = Recorder(tap)
        suffixes = [list(prompt[length:]) for prompt in prompts]
        with recorder.listening(model), continuing(model, prefix) as continuation:
            yield cls(model, continuation, length, suffixes, recorder)

    def prompt_cache(self, row: int) -> PromptCache | None:
        """Keys and values of a prompt, for layers that are to be run again."""
        if not self._prompt_keys_values:
            return None
        real = self._prompt_in_cache[row].nonzero()[:-1, 0]
        return PromptCache(self._prompt_keys_values, row, real, self._continuation.outside)

    def step(self, chosen: torch.Tensor) -> None:
        """Feed the chosen ids, shape (batch,)."""
        self._real = torch.cat([self._real, self._real.new_ones(len(chosen), 1)], dim=1)
        positions, self._next_position = self._next_position, self._next_position + 1
        self._forward(chosen[:, None], positions)

    def keep(self, running: list[int]) -> None:
        """Leave out all rows but these."""
        if len(running) == len(self.rows):
            return
        index = torch.tensor(running, device=self._real.device)
        self._cache.batch_select_indices(index)
        self._real, self._next_position = self._real[index], self._next_position[index]
        self.rows = [self.rows[row] for row in running]

    def _forward(self, ids: torch.Tensor, positions: torch.Tensor) -> None:
        output = self._model(
            input_ids=ids,
            position_ids=positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
            **self._continuation.inputs(self._real, ids.shape[1]),
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
    uniform = -math.log(logprobs.shape[1])
    certainties = (uniform - logprobs.mean(dim=-1)).tolist()
    states, entering = batch.recorder.states, batch.recorder.entering
    of_chosen = logprobs.gather(1, chosen[:, None])[:, 0].tolist()
    running = []
    for index, (row, token) in enumerate(zip(batch.rows, chosen.tolist(), strict=True)):
        generation = generations[row]
        generation.logprobs.append(of_chosen[index])
        generation.entropies.append(entropies[index])
        generation.margins.append(margins[index])
        generation.certainties.append(certainties[index])
        generation.trace.add_step(
            None if states is None else states[index],
            None if entering is None else entering[index],
        )
        if token in stop_ids:
            generation.stop_id = token
            continue
        generation.token_ids.append(token)
        running.append(index)
        if on_token is not None:
            on_token(row, token)
    return running
