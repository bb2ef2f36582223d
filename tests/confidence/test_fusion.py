import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.confidence.fusion import FusedMap, fit_fusion


def test_fused_by_hand():
    fused = FusedMap(weights={"a": 2.0, "b": -1.0}, intercept=0.5)
    found = fused.fuse({"a": np.array([0.5, 0.8]), "b": np.array([0.5, 0.5]), "c": np.array([9])})
    assert found == pytest.approx([1 / (1 + np.exp(-0.5)), 1 / (1 + np.exp(-0.5 - 2 * np.log(4)))])


def test_two_half_truths_are_better_together():
    draw = np.random.default_rng(0)
    a, b, useless = draw.uniform(0.02, 0.98, size=(3, 4000))
    chance = 1 / (1 + np.exp(-np.log(a / (1 - a)) - np.log(b / (1 - b))))
    correct = draw.uniform(size=4000) < chance
    fused = fit_fusion({"a": a, "b": b, "useless": useless}, correct.tolist())
    found = fused.fuse({"a": a, "b": b, "useless": useless})
    assert np.abs(found - chance).mean() < 0.03
    assert abs(fused.weights["useless"]) < 0.1


@given(st.lists(st.floats(0, 1), min_size=4, max_size=30), st.integers(0, 3))
def test_any_scores_give_a_probability(values, seed):
    draw = np.random.default_rng(seed)
    correct = draw.uniform(size=len(values)) < 0.5
    correct[0], correct[1] = True, False
    scores = {"a": np.array(values), "constant": np.full(len(values), 0.3)}
    found = fit_fusion(scores, correct.tolist()).fuse(scores)
    assert ((found > 0) & (found < 1)).all()
