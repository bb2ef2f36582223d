import numpy as np
import pytest

from rolewright.confidence.dropout import tune
from rolewright.confidence.dropout.settings import DropoutSettings

DEFAULT = DropoutSettings(rate=0.1, layers=4, samples=32)


def test_the_least_work_within_a_standard_error_is_chosen():
    draw = np.random.default_rng(0)
    noise = draw.normal(size=400) * 0.1
    losses = {
        (0.1, 8, 32): 0.5 + noise,
        (0.1, 4, 32): 0.5004 + noise + draw.normal(size=400) * 0.1,
        (0.1, 4, 8): 0.7 + noise,
        (0.2, 4, 32): 0.7 + noise,
    }
    best = tune._cheapest(DEFAULT, losses)
    assert (best.rate, best.layers, best.samples) == (0.1, 4, 32)
    only = {key: losses[key] for key in [(0.1, 4, 8), (0.1, 8, 32)]}
    assert tune._cheapest(DEFAULT, only).layers == 8


def test_the_mixture_is_a_mean_of_probabilities():
    found = tune._mixture(np.log([[0.2, 0.4], [0.9, 0.1]]))
    assert found == pytest.approx([0.3, 0.5])
