"""Stochastic passes over a served answer that run only the layers dropout acts in."""

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch.utils.weak import WeakTensorKeyDictionary

from rolewright.confidence.dropout.masks import draw_masks
from rolewright.confidence.dropout.places import dropping, mask_widths
from rolewright.confidence.dropout.settings import DropoutSettings
from rolewright.generation.trace import PromptCache, Trace, decoder_layers
from rolewright.prefix.loss import causal_model

_LOGITS_AT_ONCE = 1 << 24  # enough for fast matrix products, at 2 or 4 bytes each
_COMPARED_AT_ONCE = 1 << 22  # few enough to stay in the processor's cache, at 8 bytes each
_TOKENS_AT_ONCE = 1 << 9  # what layers compute in between then stays in a core's cache

_ROUNDED: MutableMapping[torch.Tensor, tuple[int, torch.Tensor]] = WeakTensorKeyDictionary()


@dataclass(frozen=True, slots=True)
class StochasticProbabilities:
    """What K thinned networks say of an answer of T steps.

    Attributes:
        token_logprobs: natural log-probability of each served token, shape (K, T).
        predictive_entropy: of the mean of the K distributions, in nats, shape (T,).
        expected_entropy: mean of the entropies of the K distributions, in nats, shape (T,).
    """

    token_logprobs: torch.Tensor
    predictive_entropy: torch.Tensor
    expected_entropy: torch.Tensor

    @property
    def mutual_information(self) -> torch.Tensor:
        """Between the next token and the weights (BALD: Houlsby et al. 2011), shape (T,)."""
        return (self.predictive_entropy - self.expected_entropy).clamp(min=0)


@torch.inference_mode()
def stochastic_probabilities(
    model: Any, trace: Trace, token_ids: Sequence[int], settings: DropoutSettings
) -> StochasticProbabilities:
    """Score a served answer under many masks, without the prompt and the layers below.

    Dropout acts from the prompt's last token on, which the first token of the answer is chosen
    from: what the prompt left in the cache is then the same for all masks, and is used as it is.
    Equal to full passes with these masks at these positions.

    Args:
        model: that decoded the answer, in evaluation mode.
        trace: of the answer, with ``stochastic_layer`` at the first of the last
            ``settings.layers``, or below.
        token_ids: that were chosen, the stop token included, shape (T,).
        settings: of the dropout.

    Raises:
        ValueError: nothing was kept of the answer to run again.
    """
    if trace.prompt is None:
        raise ValueError("nothing was kept of this answer to run again")
    causal = causal_model(model)
    head = causal.get_output_embeddings()
    entering = torch.stack(trace.entering)  # (T, hidden)
    layers = decoder_layers(causal)[-settings.layers :]
    widths = mask_widths(layers, settings.place, entering.shape[1])
    masks = draw_masks(settings, sum(widths)).to(entering) / (1 - settings.rate)
    chosen = torch.tensor(token_ids, device=entering.device)
    at_once = max(1, _TOKENS_AT_ONCE // len(entering))
    fast = torch.autocast(entering.device.type, torch.bfloat16, settings.precision == "bf16")
    with fast:
        batches = [torch.split(each, widths, dim=1) for each in torch.split(masks, at_once)]
        states = torch.cat(
            [_run(causal, trace.prompt, entering, settings, each) for each in batches]
        )
    of_step = settings.samples * head.weight.shape[0]  # logits
    steps = min(max(1, _LOGITS_AT_ONCE // of_step), len(entering))
    compared = max(1, _COMPARED_AT_ONCE // of_step)
    project = _projection(head, settings, settings.samples * steps)
    # Memory that is new to a process costs more than what is done in it here: all parts share it.
    space = torch.empty(2, settings.samples, compared, len(head.weight), device=entering.device)
    parts = []
    for some, ids in zip(torch.split(states, steps, 1), torch.split(chosen, steps), strict=True):
        with fast:
            logits = project(some.flatten(0, 1)).view(settings.samples, len(ids), -1)
        for few, of_few in zip(
            torch.split(logits, compared, 1), torch.split(ids, compared), strict=True
        ):
            parts.append(_compare(few, of_few, space[:, :, : len(of_few)]))
    logprobs, predictive, expected = zip(*parts, strict=True)
    return StochasticProbabilities(
        torch.cat(logprobs, dim=1), torch.cat(predictive), torch.cat(expected)
    )


def _projection(
    head: Any, settings: DropoutSettings, rows: int
) -> Callable[[torch.Tensor], torch.Tensor]:
    """The projection to the vocabulary, with its weights cast once and not for every answer.

    Args:
        head: of the model.
        settings: of the dropout.
        rows: how many states are projected at once, at most.
    """
    if settings.precision == "model" or type(head) is not torch.nn.Linear:  # or adapted
        return cast("Callable[[torch.Tensor], torch.Tensor]", head)
    weight = _rounded(head.weight).T
    space = weight.new_empty(rows, weight.shape[1])

    def project(states: torch.Tensor) -> torch.Tensor:
        logits = torch.mm(states.to(weight.dtype), weight, out=space[: len(states)])
        return logits if head.bias is None else logits.add_(head.bias.to(logits))

    return project


def _rounded(weight: torch.Tensor) -> torch.Tensor:
    """Weights in bf16, kept for the next answer for as long as they are what they were."""
    version = weight._version  # counts the changes in place
    kept = _ROUNDED.get(weight)
    if kept is None or kept[0] != version:
        kept = _ROUNDED[weight] = (version, weight.to(torch.bfloat16))
    return kept[1]


def _run(
    causal: Any,
    prompt: PromptCache,
    entering: torch.Tensor,
    settings: DropoutSettings,
    masks: Sequence[torch.Tensor],  # each (samples, width)
) -> torch.Tensor:
    """The states that the vocabulary is projected from, shape (samples, T, hidden)."""
    decoder = causal.base_model
    layers = decoder_layers(causal)[min(prompt.keys_values) :]
    same_for_all = len(layers) - settings.layers
    steps, before = len(entering), prompt.tokens
    states = entering[None]
    positions = torch.arange(before, before + steps, device=states.device)[None]
    seen = torch.arange(before + steps, device=states.device) <= positions[0, :, None]
    hidden_away = torch.zeros_like(seen, dtype=states.dtype).masked_fill(
        ~seen, torch.finfo(states.dtype).min
    )
    rotary = decoder.rotary_emb(states, positions)
    with dropping(layers[same_for_all:], settings.place, masks, steps):
        for index, layer in enumerate(layers):
            if index == same_for_all:
                states = states.expand(len(masks[0]), -1, -1)
            output = layer(
                states,
                attention_mask=hidden_away[None, None],
                position_ids=positions,
                past_key_values=_SharedPrompt(prompt),
                use_cache=True,
                position_embeddings=rotary,
            )
            states = output[0] if isinstance(output, tuple) else output
    normed: torch.Tensor = decoder.norm(states)
    return normed


class _SharedPrompt:
    """The prompt's keys and values before those of each sample's answer, as a layer asks for them.

    Nothing is kept: each layer sees all steps of the answer at once.
    """

    def __init__(self, prompt: PromptCache) -> None:
        self._prompt = prompt

    def update(
        self, keys: torch.Tensor, values: torch.Tensor, layer: int, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The keys and values to attend to, each of shape (samples, kv_heads, all, head)."""
        before = self._prompt.of_layer(layer)
        shared = [each.expand(len(keys), -1, -1, -1) for each in before]
        return torch.cat([shared[0], keys], dim=2), torch.cat([shared[1], values], dim=2)


def _compare(
    logits: torch.Tensor, chosen: torch.Tensor, space: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Compare the distributions of K samples at some steps.

    Args:
        logits: shape (K, steps, vocab).
        chosen: token ids, shape (steps,).
        space: to work in, shape (2, K, steps, vocab), single precision.

    Returns:
        Log-probabilities of the chosen (K, steps), predictive and expected entropies (steps,).
    """
    values, weights = space
    values.copy_(logits)
    samples = len(values)
    of_chosen = values.gather(2, chosen.expand(samples, -1)[..., None])[..., 0]
    largest = values.amax(dim=2, keepdim=True)
    torch.sub(values, largest, out=weights).exp_()  # (K, steps, vocab)
    total = weights.sum(dim=2)
    normaliser = largest[..., 0] + total.log()  # (K, steps)
    each = (1 / (samples * total)).T[:, None]  # (steps, 1, K)
    mean = (each @ weights.transpose(0, 1))[:, 0]
    predictive = torch.special.entr(mean).sum(dim=1)
    expected = normaliser - values.mul_(weights).sum(dim=2) / total
    return of_chosen - normaliser, predictive, expected.mean(dim=0)
