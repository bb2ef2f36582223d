"""How the next token is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch


@dataclass(frozen=True, slots=True)
class Sampling:
    """Settings of the choice.

    Attributes:
        temperature: 0 = greedy, the likeliest token.
        top_p: nucleus sampling (Holtzman et al. 2020, arXiv 1904.09751): only the likeliest tokens
            that together hold this probability are drawn from.
        seed: of the random draws.
        given: answers of some prompts, by index: ids that are taken instead of a choice and scored
            as if the model had chosen them, the last one a stop id.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    given: Mapping[int, Sequence[int]] = field(default_factory=dict)

    def generator(self, device: torch.device) -> torch.Generator | None:
        """A seeded random generator; None for greedy decoding."""
        if self.temperature == 0:
            return None
        return torch.Generator(device=device).manual_seed(self.seed)


GREEDY = Sampling()


def choose_tokens(
    logits: torch.Tensor, sampling: Sampling, generator: torch.Generator | None
) -> torch.Tensor:
    """Choose one token a row.

    Args:
        logits: shape (batch, vocab).
        sampling: how.
        generator: as ``sampling.generator`` made it.

    Returns:
        Token ids, shape (batch,).
    """
    if sampling.temperature == 0:
        return logits.argmax(dim=-1)
    probabilities = (logits / sampling.temperature).softmax(dim=-1)
    if sampling.top_p < 1:
        ordered, index = probabilities.sort(dim=-1, descending=True)
        before = ordered.cumsum(dim=-1) - ordered
        ordered[before >= sampling.top_p] = 0
        probabilities = torch.zeros_like(probabilities).scatter(1, index, ordered)
    return torch.multinomial(probabilities, 1, generator=generator)[:, 0]
