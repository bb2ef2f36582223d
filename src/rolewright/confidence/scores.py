"""The raw scores of all routes, and which way each of them points."""

import math
from typing import Literal, get_args

Budget = Literal["softmax", "head", "full"]
"""What an answer may cost beside its decoding: nothing; hardly anything; further passes."""
BUDGETS: tuple[Budget, ...] = get_args(Budget)
HeadKind = Literal["linear", "mlp"]
HEAD_KINDS: tuple[HeadKind, ...] = get_args(HeadKind)

SOFTMAX_SCORES = {
    "mean_probability": "mean of the tokens' probabilities",
    "min_probability": "probability of the least likely token",
    "sequence_probability": "product of the tokens' probabilities",
    "normalised_probability": "its geometric mean a token (Malinin & Gales 2021, arXiv 2002.07650)",
    "mean_entropy": "mean entropy of the next-token distribution, in nats (lower = surer)",
    "mean_margin": "mean distance between the likeliest token's probability and the second's",
    "self_certainty": "mean divergence of the next-token distribution from the uniform one, in nats"
    " (Kang et al. 2025, arXiv 2502.18581)",
    "first_probability": "probability of the first token",
    "last_probability": "probability of the last token: of ending there, where the model ended",
    "answer_tokens": "how many tokens the answer has (fewer = surer)",
}
"""Name and meaning of every score of the decoding pass; ``surety`` tells which way it points."""
DROPOUT_SCORES = {
    "mixture_probability": "probability of the whole answer, mean over the networks (the exact"
    " mixture: Malinin & Gales 2021, arXiv 2002.07650)",
    "normalised_mixture": "its geometric mean a token",
    "predictive_entropy": "mean entropy of the mean next-token distribution, in nats",
    "expected_entropy": "mean over networks and tokens of the entropy, in nats",
    "mutual_information": "mean of the two entropies' difference, in nats (BALD: Houlsby et al."
    " 2011, arXiv 1112.5745)",
    "logprob_deviation": "standard deviation over the networks of the answer's log-probability a"
    " token, in nats",
}
"""Name and meaning of every score of Monte-Carlo dropout."""
P_TRUE = "p_true"
SELF_REPORT_SCORES = {
    P_TRUE: "probability that the model, asked whether its answer is right, says yes and not no"
    " (Kadavath et al. 2022, arXiv 2207.05221)",
}
"""Name and meaning of every score of the model's own verdict."""
SAMPLING_SCORES = {
    "agreement": "share of the drawn answers that say the same as the answer",
    "semantic_entropy": "entropy of what the drawn answers say, in nats, by their number (Kuhn et"
    " al. 2023, arXiv 2302.09664)",
    "weighted_semantic_entropy": "the same, by the likelihood of each different answer",
}
"""Name and meaning of every score of drawn answers."""
HEAD = "head"
JOINT_HEAD = "joint_head"
HEAD_SCORES = {
    HEAD: "probability of being right, by a head that was fitted after the training",
    JOINT_HEAD: "the same, by a head that was trained with the model",
}
"""Name and meaning of every score of a confidence head; the second only where there is one."""
STATES = tuple(f"state_{number + 1}" for number in range(16))
"""Leading principal components of what a head reads: no score of its own, but what the fusion needs
to tell one kind of question from another."""
ROUTES: dict[str, tuple[str, ...]] = {
    "softmax": tuple(SOFTMAX_SCORES),
    "head": (*HEAD_SCORES, *STATES),
    "dropout": tuple(DROPOUT_SCORES),
    "self_report": tuple(SELF_REPORT_SCORES),
    "sampling": tuple(SAMPLING_SCORES),
}
_FALLS_WITH_SURETY = frozenset(
    {
        "mean_entropy",
        "predictive_entropy",
        "expected_entropy",
        "mutual_information",
        "logprob_deviation",
        "semantic_entropy",
        "weighted_semantic_entropy",
    }
)


def surety(score: str, value: float) -> float:
    """A raw score as a number in [0, 1] that rises with surety."""
    if score in _FALLS_WITH_SURETY:
        return math.exp(-value)
    if score == "self_certainty":
        return value / (1 + value)  # its log-odds are the logarithm of the divergence
    if score in STATES:
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))  # its log-odds are the value
    if score == "answer_tokens":
        return 1 / (1 + value)
    return value
