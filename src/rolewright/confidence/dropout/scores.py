"""Scores of an answer from its stochastic passes."""

import math

import torch

from rolewright.confidence.dropout.passes import StochasticProbabilities


def dropout_scores(found: StochasticProbabilities) -> dict[str, float]:
    """Score an answer.

    Args:
        found: of at least one network and one token.

    Returns:
        One number for each name in ``scores.DROPOUT_SCORES``.
    """
    samples, tokens = found.token_logprobs.shape
    of_answer = found.token_logprobs.double().sum(dim=1)  # (samples,)
    mixture = float(of_answer.logsumexp(dim=0)) - math.log(samples)
    return {
        "mixture_probability": math.exp(mixture),
        "normalised_mixture": math.exp(mixture / tokens),
        "predictive_entropy": float(found.predictive_entropy.mean()),
        "expected_entropy": float(found.expected_entropy.mean()),
        "mutual_information": float(found.mutual_information.mean()),
        "logprob_deviation": float(torch.std(of_answer / tokens, correction=0)),
    }
