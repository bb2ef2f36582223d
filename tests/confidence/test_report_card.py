import numpy as np
import pytest

from rolewright.confidence.report_card import report_card


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
