import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from rolewright.confidence.report_card import (
    MEASURES,
    aurc,
    auroc,
    coverage_at_risk,
    debiased_error,
    excess_aurc,
    negative_log_likelihood,
    noise_floor,
    prr,
    report_card,
    risks,
)

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
    for name, measure in MEASURES.items():
        assert measure(*one) == pytest.approx(measure(*other), abs=1e-9), name


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


def test_intervals_cover_the_truth():
    """AUROC of two normal distributions one deviation apart: Phi(1 / sqrt 2) = 0.760."""
    draw, covered = np.random.default_rng(0), 0
    for seed in range(60):
        correct = draw.uniform(size=200) < 0.5
        values = 1 / (1 + np.exp(-(draw.normal(size=200) + correct)))
        card = report_card(values.tolist(), correct.tolist(), resamples=150, seed=seed)
        covered += card["auroc"].low <= 0.760 <= card["auroc"].high
    assert covered >= 60 * 0.95 - 3 * (60 * 0.95 * 0.05) ** 0.5


def test_answers_of_one_question_are_drawn_together():
    draw = np.random.default_rng(0)
    values, correct = draw.uniform(size=30), draw.uniform(size=30) < 0.5
    once = report_card(values.tolist(), correct.tolist(), resamples=300)["brier"]
    again = report_card(
        np.tile(values, 8).tolist(),
        np.tile(correct, 8).tolist(),
        groups=list(range(30)) * 8,
        resamples=300,
    )["brier"]
    assert again.value == pytest.approx(once.value)
    assert again.high - again.low == pytest.approx(once.high - once.low, rel=0.3)


def test_one_kind_of_answer_has_no_card():
    with pytest.raises(ValueError, match="at least one right and one wrong"):
        report_card([0.1, 0.2], [True, True])
