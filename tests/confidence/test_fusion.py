import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from rolewright.confidence.fusion import WAVES, FusedMap, fit_fusion


def fused_map(weights, intercept=0.0, means=(0, 0), scales=(1, 1)):
    padded = (*weights, *[0.0] * (len(means) + WAVES - len(weights)))
    return FusedMap(
        scores=("a", "b")[: len(means)],
        means=means,
        scales=scales,
        weights=padded,
        intercept=intercept,
    )


def sigmoid(value):
    return 1 / (1 + np.exp(-value))


def test_fused_by_hand():
    fused = fused_map((2.0, -1.0), 0.5, means=(1, 0), scales=(0.5, 1))
    # Log-odds 3 and 2: standardised 1 and 2, and inputs count for 0.3 of that.
    found = fused.fuse({"b": sigmoid(np.array([2.0])), "a": sigmoid(np.array([3.0])), "c": [9]})
    assert found == pytest.approx([sigmoid(0.5 + 2 * 0.3 * 1 - 0.3 * 2)])


def test_nothing_lies_farther_out_than_four_deviations():
    fused = fused_map((1.0,), means=(0,), scales=(10,))
    assert fused.fuse({"a": np.array([0.9, 1.0])}) == pytest.approx([sigmoid(0.3 * 4)] * 2)


def test_the_waves_stand_for_a_gaussian_kernel():
    """Rahimi & Recht 2007: the features' inner products are the kernel, but for chance."""
    from rolewright.confidence.fusion import _features

    points = np.random.default_rng(3).normal(size=(40, 6))
    waves = _features(points, np.zeros(6), np.ones(6))[:, 6:] / 4
    distance = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
    assert np.abs(waves @ waves.T - np.exp(-distance / (2 * 5**2))).max() < 0.25


def test_the_waves_are_always_the_same():
    """A bundle keeps their weights only: the stream of random numbers may never change."""
    fused = fused_map((0.0, 0.0, 1.0))
    half = np.array([0.5])
    assert fused.fuse({"a": half, "b": half}) == pytest.approx([0.4292451908573805], abs=1e-9)


def test_two_half_truths_are_better_together():
    draw = np.random.default_rng(0)
    a, b, useless = draw.uniform(0.02, 0.98, size=(3, 4000))
    chance = sigmoid(np.log(a / (1 - a)) + np.log(b / (1 - b)))
    correct = draw.uniform(size=4000) < chance
    fused = fit_fusion({"a": a, "b": b, "useless": useless}, correct.tolist())
    found = fused.fuse({"a": a, "b": b, "useless": useless})
    assert np.abs(found - chance).mean() < 0.04
    other = fused.fuse({"a": a, "b": b, "useless": useless[::-1]})
    assert np.abs(found - other).mean() < 0.03


def test_a_score_is_trusted_where_another_says_so():
    """No weighted sum can do this: "a" tells the truth of one kind, and nothing of another."""
    draw = np.random.default_rng(2)
    a, kind = draw.uniform(0.02, 0.98, 3000), draw.uniform(size=3000)
    chance = np.where(kind > 0.5, a, 0.5)
    correct = draw.uniform(size=3000) < chance
    found = fit_fusion({"a": a, "kind": kind}, correct.tolist()).fuse({"a": a, "kind": kind})
    assert roc_auc_score(correct, found) > roc_auc_score(correct, a) + 0.01
    untold = kind < 0.4
    assert np.abs(found[untold] - 0.5).mean() < np.abs(a[untold] - 0.5).mean() / 2


@given(st.lists(st.floats(0, 1), min_size=4, max_size=30), st.integers(0, 3))
def test_any_scores_give_a_probability(values, seed):
    draw = np.random.default_rng(seed)
    correct = draw.uniform(size=len(values)) < 0.5
    correct[0], correct[1] = True, False
    scores = {"a": np.array(values), "constant": np.full(len(values), 0.3)}
    found = fit_fusion(scores, correct.tolist()).fuse(scores)
    assert ((found > 0) & (found < 1)).all()
