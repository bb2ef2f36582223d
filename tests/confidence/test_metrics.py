import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.confidence.metrics import expected_calibration_error, measure

ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80)


def test_a_constant_confidence_equal_to_the_accuracy_has_no_error():
    assert expected_calibration_error([0.25] * 8, [True, True] + [False] * 6) == 0


def test_certain_and_always_wrong_has_error_one():
    assert expected_calibration_error([1.0] * 5, [False] * 5) == 1
    assert expected_calibration_error([0.0] * 5, [True] * 5) == 1


@given(ANSWERS, st.randoms())
def test_order_does_not_matter_and_the_error_is_a_share(answers, shuffle):
    shuffled = list(answers)
    shuffle.shuffle(shuffled)
    one = expected_calibration_error(*zip(*answers, strict=True))
    other = expected_calibration_error(*zip(*shuffled, strict=True))
    assert one == pytest.approx(other, abs=1e-12)
    assert 0 <= one <= 1


def test_perfect_calibration_leaves_only_sampling_noise():
    draw = np.random.default_rng(0)
    confidence = draw.uniform(size=20_000)
    correct = draw.uniform(size=20_000) < confidence
    assert expected_calibration_error(confidence, correct) < 0.02
    assert expected_calibration_error(confidence**3, correct) > 0.15


@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=2, max_size=60))
def test_quality_against_definitions(answers):
    confidence, correct = zip(*answers, strict=True)
    if len(set(correct)) < 2:
        with pytest.raises(ValueError, match="at least one right"):
            measure(confidence, correct)
        return
    quality = measure(confidence, correct)
    right = [c for c, z in answers if z]
    wrong = [c for c, z in answers if not z]
    wins = np.mean([(r > w) + 0.5 * (r == w) for r in right for w in wrong])
    assert quality.auroc == pytest.approx(wins)
    assert quality.brier == pytest.approx(np.mean([(c - z) ** 2 for c, z in answers]))
