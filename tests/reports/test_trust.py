import random

import numpy as np
import pytest
from scipy.stats import binomtest

from rolewright.confidence.metrics import expected_calibration_error
from rolewright.reports.trust import (
    Graded,
    equal_mass_bins,
    overconfident,
    risk_coverage,
    slice_counts,
    wilson_interval,
)


def _answers(count, distinct=None):
    rng = random.Random(7)
    values = [rng.random() for _ in range(count)]
    if distinct:
        values = [round(value * distinct) / distinct for value in values]
    return [Graded(value, rng.random() < value) for value in values]


@pytest.mark.parametrize(("hits", "total"), [(0, 1), (5, 5), (7, 21), (50, 58)])
def test_wilson_interval_agrees_with_scipy(hits, total):
    expected = binomtest(hits, total).proportion_ci(method="wilson")
    assert wilson_interval(hits, total) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_bins_of_distinct_values_hold_equally_many_and_equal_their_means():
    answers = _answers(200)
    bins = equal_mass_bins(answers)
    parts = np.split(np.array(sorted((a.confidence, a.correct) for a in answers)), 10)
    assert [b.count for b in bins] == [20] * 10
    assert [b.confidence for b in bins] == pytest.approx([p[:, 0].mean() for p in parts])
    assert [b.accuracy for b in bins] == pytest.approx([p[:, 1].mean() for p in parts])


@pytest.mark.parametrize("distinct", [None, 3, 17])
def test_bins_give_the_calibration_error(distinct):
    answers = _answers(97, distinct)
    gaps = sum(b.count * abs(b.confidence - b.accuracy) for b in equal_mass_bins(answers))
    expected = expected_calibration_error(
        [a.confidence for a in answers], [a.correct for a in answers]
    )
    assert gaps / 97 == pytest.approx(expected)


def test_equal_confidences_share_a_bin():
    answers = [Graded(0.5, i % 2 == 0) for i in range(30)] + [Graded(0.9, True)] * 10
    assert [(b.count, b.confidence) for b in equal_mass_bins(answers)] == [
        (30, 0.5),
        (10, pytest.approx(0.9)),
    ]


def test_risk_at_each_threshold_is_the_error_rate_above_it():
    answers = _answers(60, 12)
    curve = risk_coverage(answers)
    assert len(curve) == len({a.confidence for a in answers})
    for coverage, risk, threshold in curve:
        given = [a for a in answers if a.confidence >= threshold]
        assert coverage == pytest.approx(len(given) / 60)
        assert risk == pytest.approx(1 - np.mean([a.correct for a in given]))
    assert curve[-1][0] == 1
    assert curve[-1][1] == pytest.approx(1 - np.mean([a.correct for a in answers]))


def test_slices_count_each_answer_once():
    answers = [Graded(0.0, True), Graded(0.05, False), Graded(0.1, True), Graded(1.0, True)]
    right, wrong = slice_counts(answers)
    assert right == [1, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert wrong == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]


def test_overconfident_are_the_surest_wrong_answers():
    graded = [{"confidence": i / 30, "correct": i % 2 == 0} for i in range(30)]
    chosen = overconfident(graded)
    assert [round(30 * answer["confidence"]) for answer in chosen] == list(range(29, 9, -2))
