"""Scores of an answer from the probabilities that its tokens had."""

import math
from statistics import fmean

from rolewright.generation.decode import Generation


def softmax_scores(generation: Generation) -> dict[str, float]:
    """Score an answer from its own decoding pass.

    The stop token counts as a token of the answer: the model also chose to end there.

    Args:
        generation: with at least one step.

    Returns:
        One number for each name in ``scores.SOFTMAX_SCORES``.
    """
    probabilities = [math.exp(logprob) for logprob in generation.logprobs]
    return {
        "mean_probability": fmean(probabilities),
        "min_probability": min(probabilities),
        "sequence_probability": math.exp(math.fsum(generation.logprobs)),
        "normalised_probability": math.exp(fmean(generation.logprobs)),
        "mean_entropy": fmean(generation.entropies),
        "mean_margin": fmean(generation.margins),
        "self_certainty": fmean(generation.certainties),
        "first_probability": probabilities[0],
        "last_probability": probabilities[-1],
        "answer_tokens": len(probabilities),
    }
