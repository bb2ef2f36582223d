"""Raw scores of an answer from others that were drawn to the same question."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rolewright.confidence.grade import normalise
from rolewright.confidence.sampling.meaning import EQUAL_TEXTS, Alike, MeaningModel
from rolewright.confidence.sampling.samples import Sample


def sampling_scores(
    questions: Sequence[str],
    answers: Sequence[str],
    samples: Sequence[Sequence[Sample]],
    meaning: MeaningModel = EQUAL_TEXTS,
) -> list[dict[str, float]]:
    """Score answers by how far drawn answers agree with them, and with each other.

    Texts that are equal once normalised always mean the same: what people would call the same
    short answer. The entropies are those of the clusters' probabilities: of their shares of the
    samples, and of their likelihoods, where each different sequence of tokens counts once (Kuhn et
    al. 2023, arXiv 2302.09664, section 4; Farquhar et al. 2024, "discrete" and not).

    Args:
        questions: that are answered.
        answers: that are given, one a question.
        samples: of each question, at least one.
        meaning: tells which of the other texts mean the same; all questions are put to it together.

    Returns:
        One number for each name in ``scores.SAMPLING_SCORES``, by question.
    """
    texts = [
        # Of equal texts the answer stands for all, else the one that was drawn first.
        {normalise(text): text for text in (*(s.text for s in drawn[::-1]), answer)}
        for answer, drawn in zip(answers, samples, strict=True)
    ]
    compared = meaning.compare(questions, [list(each.values()) for each in texts])
    return [
        _scores(
            drawn,
            [list(each).index(normalise(sample.text)) for sample in drawn],
            list(each).index(normalise(answer)),
            alike,
        )
        for answer, drawn, each, alike in zip(answers, samples, texts, compared, strict=True)
    ]


def cluster(numbers: Sequence[int], alike: Alike) -> list[int]:
    """Put texts into clusters, each where the first text of a cluster means the same.

    Kuhn et al. 2023, algorithm 1.

    Args:
        numbers: the row of ``alike`` of each text, shape (texts,).
        alike: which mean the same.

    Returns:
        The row of the first text of its cluster, shape (texts,).
    """
    firsts: list[int] = []
    found = []
    for number in numbers:
        first = next((each for each in firsts if alike[each, number]), number)
        if first == number and number not in firsts:
            firsts.append(number)
        found.append(first)
    return found


def _scores(
    samples: Sequence[Sample], numbers: Sequence[int], answer: int, alike: Alike
) -> dict[str, float]:
    clusters = np.array(cluster(numbers, alike))
    sequences = {
        sample.token_ids: (number, sample.logprob)
        for number, sample in zip(clusters.tolist(), samples, strict=True)
    }
    of_sequences, logprobs = map(np.array, zip(*sequences.values(), strict=True))
    likelihoods = np.exp(logprobs - logprobs.max())
    return {
        "agreement": float(np.mean([alike[answer, number] for number in numbers])),
        "semantic_entropy": _entropy(clusters, np.ones(len(clusters))),
        "weighted_semantic_entropy": _entropy(of_sequences, likelihoods),
    }


def _entropy(clusters: NDArray[np.int64], weights: NDArray[np.float64]) -> float:
    """In nats, of clusters' shares of the weights."""
    masses = [math.fsum(weights[clusters == each].tolist()) for each in np.unique(clusters)]
    total = math.fsum(masses)
    return math.fsum(mass / total * math.log(total / mass) for mass in masses if mass > 0)
