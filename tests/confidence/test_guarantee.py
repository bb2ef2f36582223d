import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from rolewright.confidence.guarantee import (
    candidate_thresholds,
    certify,
    error_bound,
    least_needed,
)


@given(st.integers(1, 400), st.data(), st.floats(0.01, 0.5))
def test_the_bound_is_clopper_and_pearson_s(answered, data, delta):
    wrong = data.draw(st.integers(0, answered))
    expected = binomtest(wrong, answered, alternative="less").proportion_ci(1 - delta, "exact")
    assert error_bound(wrong, answered, delta) == pytest.approx(expected.high, rel=1e-6)


@given(st.floats(0.01, 0.5), st.floats(0.001, 0.5))
def test_so_many_right_answers_are_needed(max_error, delta):
    number = least_needed(max_error, delta)
    assert error_bound(0, number, delta) <= max_error * (1 + 1e-9)
    if number > 1:
        assert error_bound(0, number - 1, delta) > max_error * (1 - 1e-9)


def test_22_answers_certify_a_tenth():
    assert least_needed(0.1, 0.1) == 22
    for number, threshold in ((22, 0.9), (21, None)):
        found = certify([0.9] * number, [True] * number, [0.9], max_error=0.1, delta=0.1)
        assert (found.threshold, found.answered) == (threshold, number if threshold else 0)


def test_the_lowest_threshold_before_the_first_failure_is_certified():
    confidence = [0.9] * 30 + [0.8] * 30 + [0.7] * 30 + [0.6] * 300
    correct = [True] * 60 + [False] * 30 + [True] * 300
    found = certify(confidence, correct, [0.9, 0.8, 0.7, 0.6], max_error=0.1, delta=0.1)
    assert (found.threshold, found.answered, found.wrong, found.tested) == (0.8, 60, 0, 390)
    assert found.coverage == pytest.approx(60 / 390)
    assert found.error_bound == pytest.approx(1 - 0.1 ** (1 / 60))


def test_an_empty_test_certifies_nothing():
    found = certify([0.1], [True], [0.9], max_error=0.1, delta=0.1)
    assert (found.threshold, found.error_bound) == (None, None)


def test_thresholds_start_where_the_first_is_likeliest_to_pass():
    confidence = np.linspace(0, 1, 1001)
    settings = {"max_error": 0.1, "delta": 0.1}
    right_above = candidate_thresholds(confidence, confidence > 0.4, tested=500, **settings)
    assert right_above == sorted(set(right_above), reverse=True)
    assert right_above[0] == pytest.approx(0.4, abs=0.02)
    assert right_above[-1] == 0
    # The surest hundred are no better than the others: it takes many of them to know.
    evenly = candidate_thresholds(confidence, np.arange(1001) % 20 > 0, tested=500, **settings)
    assert evenly[0] < 0.1
    few = candidate_thresholds(confidence, confidence > 0.4, tested=10, **settings)
    assert few == [0]


@pytest.mark.parametrize(("max_error", "delta"), [(0.1, 0.1), (0.2, 0.05)])
def test_the_promise_is_broken_no_more_often_than_delta(max_error, delta):
    """Of 1,000 draws from a known world, where the error rate above a threshold is exact."""
    draw = np.random.default_rng(0)
    fitted = draw.beta(2, 1, 400)
    right = draw.random(400) < 0.4 + 0.59 * fitted**0.5
    thresholds = candidate_thresholds(fitted, right, tested=400, max_error=max_error, delta=delta)
    world = draw.beta(2, 1, 400_000)
    right_with = 0.4 + 0.59 * world**0.5  # confidence need not be calibrated for the promise
    true_error = {value: float((1 - right_with)[world >= value].mean()) for value in thresholds}
    broken = certified = 0
    for _ in range(1000):
        confidence = draw.beta(2, 1, 400)
        correct = draw.random(400) < 0.4 + 0.59 * confidence**0.5
        found = certify(confidence, correct, thresholds, max_error=max_error, delta=delta)
        certified += found.threshold is not None
        broken += found.threshold is not None and true_error[found.threshold] > max_error
    assert certified > 300
    assert broken <= 1000 * delta + 3 * (1000 * delta * (1 - delta)) ** 0.5
