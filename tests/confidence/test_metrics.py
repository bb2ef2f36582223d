import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from rolewright.confidence.metrics import (
    MEASURES,
    aurc,
    auroc,
    coverage_at_risk,
    debiased_error,
    excess_aurc,
    expected_calibration_error,
    measure,
    negative_log_likelihood,
    noise_floor,
    prr,
    risks,
)

ANY_ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80)


def test_a_constant_confidence_equal_to_the_accuracy_has_no_error():
    assert expected_calibration_error([0.25] * 8, [True, True] + [False] * 6) == 0


def test_certain_and_always_wrong_has_error_one():
    assert expected_calibration_error([1.0] * 5, [False] * 5) == 1
    assert expected_calibration_error([0.0] * 5, [True] * 5) == 1


@given(ANY_ANSWERS, st.randoms())
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


GRID = st.integers(0, 8).map(lambda step: step / 8)  # ties and both ends
ANSWERS = st.lists(st.tuples(GRID, st.booleans()), min_size=2, max_size=40)


def arrays(answers):
    confidence, correct = map(np.array, zip(*answers, strict=True))
    assume(correct.any() and not correct.all())
    return confidence.astype(float), correct


@given(ANSWERS)
def test_against_scikit_learn(answers):
    confidence, correct = arrays(answers)
    assert auroc(confidence, correct) == pytest.approx(roc_auc_score(correct, confidence))
    assert MEASURES["auprc"](confidence, correct) == pytest.approx(
        average_precision_score(~correct, -confidence)
    )
    clipped = np.clip(confidence, 1e-6, 1 - 1e-6)
    assert negative_log_likelihood(confidence, correct) == pytest.approx(
        log_loss(correct, clipped, labels=[False, True])
    )


@given(ANSWERS, st.randoms())
def test_no_measure_depends_on_the_order(answers, shuffle):
    shuffled = list(answers)
    shuffle.shuffle(shuffled)
    one, other = arrays(answers), arrays(shuffled)
    for name, of in MEASURES.items():
        assert of(*one) == pytest.approx(of(*other), abs=1e-9), name


@given(ANSWERS)
def test_ranking_measures_at_their_ends(answers):
    confidence, correct = arrays(answers)
    perfect = correct.astype(float)
    assert excess_aurc(confidence, correct) >= -1e-12
    assert excess_aurc(perfect, correct) == pytest.approx(0, abs=1e-12)
    assert prr(perfect, correct) == pytest.approx(1)
    assert prr(np.full(len(correct), 0.3), correct) == pytest.approx(0, abs=1e-12)
    assert prr(1 - perfect, correct) < 0
    assert auroc(1 - confidence, correct) == pytest.approx(1 - auroc(confidence, correct))
    assert risks(confidence, correct)[-1] == pytest.approx(1 - correct.mean())
    assert aurc(confidence**3, correct) == pytest.approx(aurc(confidence, correct))


def test_coverage_at_risk_by_hand():
    correct = np.array([False, True, True, True])
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    assert risks(confidence, correct) == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    assert coverage_at_risk(confidence, correct, 0.3) == 1
    assert coverage_at_risk(confidence, correct, 0.2) == 0
    assert coverage_at_risk(confidence[::-1].copy(), correct, 0) == 0.75
    # No threshold divides equal confidences: all four or none.
    assert coverage_at_risk(np.full(4, 0.5), correct, 0.25) == 1
    assert coverage_at_risk(np.full(4, 0.5), correct, 0.2) == 0


def test_chance_is_taken_out_of_the_error_and_miscalibration_is_not():
    draw = np.random.default_rng(0)
    small, wrong = [], []
    for _ in range(60):
        confidence = draw.uniform(size=400)
        correct = draw.uniform(size=400) < confidence
        small.append(debiased_error(confidence, correct) ** 2)
        shifted = np.clip(confidence + 0.15, 0, 1)
        wrong.append(debiased_error(shifted, correct))
    assert np.mean(small) < 0.035**2  # 0.05**2 with the part of chance left in
    assert np.mean(wrong) == pytest.approx(0.14, abs=0.02)
    assert 0.02 < noise_floor(draw.uniform(size=400).tolist()) < 0.06
