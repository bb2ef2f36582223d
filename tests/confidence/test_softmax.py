import math

import pytest

from rolewright.confidence.scores import SOFTMAX_SCORES
from rolewright.confidence.softmax import softmax_scores
from rolewright.generation.decode import Generation


def test_scores_by_hand():
    generation = Generation(
        token_ids=[1, 2],
        logprobs=[math.log(0.5), math.log(0.8), math.log(0.9)],
        entropies=[1.0, 0.5, 0.3],
        margins=[0.2, 0.6, 0.8],
        certainties=[3.0, 4.0, 8.0],
        stop_id=3,
    )
    assert softmax_scores(generation) == pytest.approx(
        {
            "mean_probability": (0.5 + 0.8 + 0.9) / 3,
            "min_probability": 0.5,
            "sequence_probability": 0.36,
            "normalised_probability": 0.36 ** (1 / 3),
            "mean_entropy": 0.6,
            "mean_margin": 1.6 / 3,
            "self_certainty": 5.0,
            "first_probability": 0.5,
            "last_probability": 0.9,
            "answer_tokens": 3,
        }
    )
    assert softmax_scores(generation).keys() == SOFTMAX_SCORES.keys()


def test_a_long_unlikely_answer_does_not_overflow():
    steps = ([-20.0] * 5000, [9.0] * 5000, [0.0] * 5000, [1.0] * 5000)
    generation = Generation([1] * 5000, *steps)
    assert softmax_scores(generation)["sequence_probability"] == 0
