"""Raw scores of an answer from others that were drawn to the same question."""

import math
from collections import Counter
from collections.abc import Sequence

from rolewright.confidence.grade import normalise


def sampling_scores(samples: Sequence[str], answer: str) -> dict[str, float]:
    """Score an answer by how far drawn answers agree with it, and with each other.

    Samples with the same normalised text are one cluster: what people would call the same short
    answer. The entropy is the discrete one of the clusters' shares (Kuhn et al. 2023, arXiv
    2302.09664; Farquhar et al. 2024), with equal texts in the place of mutual entailment.

    Args:
        samples: texts, at least one.
        answer: that is given.

    Returns:
        One number for each name in ``scores.SAMPLING_SCORES``.
    """
    clusters = Counter(map(normalise, samples))
    shares = [size / len(samples) for size in clusters.values()]
    return {
        "agreement": clusters[normalise(answer)] / len(samples),
        "semantic_entropy": math.fsum(share * math.log(1 / share) for share in shares),
    }
