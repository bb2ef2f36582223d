"""Scores of an answer from the probabilities that its tokens had."""

import math
from statistics import fmean

from rolewright.generation.decode import Generation

SCORES = {
    "mean_probability": "mean of the tokens' probabilities",
    "min_probability": "probability of the least likely token",
    "sequence_probability": "product of the tokens' probabilities",
    "normalised_probability": "its geometric mean a token (Malinin & Gales 2021, arXiv 2002.07650)",
    "mean_entropy": "mean entropy of the next-token distribution, in nats (lower = surer)",
    "mean_margin": "mean distance between the likeliest token's probability and the second's",
}
"""Name and meaning of every score; all but ``mean_entropy`` lie in [0, 1] and rise with surety."""


def softmax_scores(generation: Generation) -> dict[str, float]:
    """Score an answer from its own decoding pass.

    The stop token counts as a token of the answer: the model also chose to end there.

    Args:
        generation: with at least one step.

    Returns:
        One number for each name in ``SCORES``.
    """
    probabilities = [math.exp(logprob) for logprob in generation.logprobs]
    return {
        "mean_probability": fmean(probabilities),
        "min_probability": min(probabilities),
        "sequence_probability": math.exp(math.fsum(generation.logprobs)),
        "normalised_probability": math.exp(fmean(generation.logprobs)),
        "mean_entropy": fmean(generation.entropies),
        "mean_margin": fmean(generation.margins),
    }
