import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)

from rolewright.confidence.metrics import (
    MEASURES,
    augrc,
    auprc,
    aurc,
    auroc,
    brier,
    brier_parts,
    coverage_at_risk,
    debiased_error,
    equal_width_error,
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


@pytest.mark.parametrize("error", [expected_calibration_error, equal_width_error])
def test_perfect_calibration_shows_the_noise_of_ten_bins(error):
    """The mean of √(2 p(1 − p) / π) over p, times √(bins / answers): 3.1% for a thousand."""
    draw = np.random.default_rng(0)
    found = []
    for _ in range(300):
        confidence = draw.uniform(size=1000)
        found.append(error(confidence, draw.uniform(size=1000) < confidence))
    assert np.mean(found) == pytest.approx((2 / np.pi) ** 0.5 * np.pi / 8 * 0.1, abs=0.001)


def test_bins_of_equal_width_hold_their_upper_edge():
    right, wrong = np.array([True]), np.array([False])
    for edge in np.arange(1, 10) / 10:
        above = np.array([edge, np.nextafter(edge, 1)])
        below = np.array([np.nextafter(edge, 0), edge])
        hits = np.r_[right, wrong]
        # In one bin a right and a wrong answer have an accuracy of a half; else of 1 and 0.
        assert equal_width_error(below, hits) == pytest.approx(abs(edge - 0.5))
        assert equal_width_error(above, hits) == pytest.approx((1 - edge + edge) / 2)
    ends = np.array([0.0, 0.1, 0.90001, 1.0])
    assert equal_width_error(ends, np.array([True, False, True, False])) == pytest.approx(
        0.45, 1e-4
    )
    assert equal_width_error(np.array([0.0, 1.0]), np.array([True, False])) == 1
    assert equal_width_error(np.array([0.0, 1.0]), np.array([False, True])) == 0


@given(ANY_ANSWERS, st.integers(1, 20))
def test_equal_width_error_against_its_definition(answers, bins):
    confidence, correct = (np.array(each) for each in zip(*answers, strict=True))
    total = 0.0
    for number in range(bins):
        inside = [
            (c, z)
            for c, z in answers
            if number / bins < c <= (number + 1) / bins or (c == 0 and number == 0)
        ]
        total += abs(sum(c - z for c, z in inside))
    found = equal_width_error(confidence, correct, bins)
    assert found == pytest.approx(total / len(answers), abs=1e-9)


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
    assert brier(confidence, correct) == pytest.approx(brier_score_loss(correct, confidence))
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


@given(ANSWERS)
def test_the_parts_of_the_brier_score_are_murphys(answers):
    confidence, correct = arrays(answers)  # of nine different values
    parts = brier_parts(confidence, correct)
    accuracy, reliability, resolution = correct.mean(), 0.0, 0.0
    for value in set(confidence):
        hits = correct[confidence == value]
        reliability += len(hits) * (value - hits.mean()) ** 2 / len(correct)
        resolution += len(hits) * (hits.mean() - accuracy) ** 2 / len(correct)
    assert parts.reliability == pytest.approx(reliability, abs=1e-12)
    assert parts.resolution == pytest.approx(resolution, abs=1e-12)
    assert parts.uncertainty == pytest.approx(accuracy * (1 - accuracy))


@given(ANY_ANSWERS)
def test_the_parts_add_up_and_what_varies_within_bins_is_resolution(answers):
    """Stephenson et al. 2008, equation 8: two terms more for bins with different confidences."""
    confidence, correct = arrays(answers)
    parts = brier_parts(confidence, correct, bins=3)
    total = parts.reliability - parts.resolution + parts.uncertainty
    assert total == pytest.approx(brier(confidence, correct), abs=1e-12)
    if len(set(confidence)) <= 3:
        return
    ordered = np.sort(confidence)
    edges = sorted({ordered[-(-i * len(ordered) // 3) - 1] for i in (1, 2)} - {ordered[-1]})
    bins = np.array([sum(edge < value for edge in edges) for value in confidence])
    expected = 0.0
    for each in set(bins):
        c, z = confidence[bins == each], correct[bins == each]
        expected += len(c) * (z.mean() - correct.mean()) ** 2
        expected -= ((c - c.mean()) ** 2).sum() - 2 * ((c - c.mean()) * (z - z.mean())).sum()
    assert parts.resolution == pytest.approx(expected / len(correct), abs=1e-9)


@given(ANSWERS)
def test_augrc_is_what_auroc_and_accuracy_make_it(answers):
    """Traub et al. 2024, equation 9."""
    confidence, correct = arrays(answers)
    a = correct.mean()
    expected = (1 - auroc(confidence, correct)) * a * (1 - a) + (1 - a) ** 2 / 2
    assert augrc(confidence, correct) == pytest.approx(expected)


@given(ANSWERS)
def test_strictly_rising_maps_change_no_ranking_and_constants_have_none(answers):
    confidence, correct = arrays(answers)
    for rank in (auroc, auprc, aurc, augrc, prr):
        mapped = 1 / (1 + np.exp(3 - 5 * confidence))
        assert rank(mapped, correct) == pytest.approx(rank(confidence, correct))
    assert auroc(np.full(len(correct), 0.7), correct) == 0.5
    assert auprc(np.full(len(correct), 0.7), correct) == pytest.approx(1 - correct.mean())


def test_average_precision_of_random_confidence_is_the_share_of_wrong_answers():
    draw = np.random.default_rng(0)
    correct = draw.uniform(size=20_000) < 0.7
    assert auprc(draw.uniform(size=20_000), correct) == pytest.approx(0.3, abs=0.02)


@given(st.lists(st.tuples(st.sampled_from([0.2, 0.8]), st.booleans()), min_size=2, max_size=5))
def test_ties_are_the_mean_over_their_orders(answers):
    confidence, correct = arrays(answers)
    orders = [
        np.cumsum(~correct[list(order)]) / np.arange(1, len(order) + 1)
        for order in itertools.permutations(range(len(correct)))
        if (np.diff(confidence[list(order)]) <= 0).all()
    ]
    assert risks(confidence, correct) == pytest.approx(np.mean(orders, axis=0))


def test_certain_and_wrong_has_a_finite_likelihood():
    ends = np.array([0.0, 1.0])
    assert negative_log_likelihood(ends, np.array([True, False])) == pytest.approx(-np.log(1e-6))
    assert negative_log_likelihood(ends, np.array([False, True])) == pytest.approx(1e-6, rel=1e-3)


@pytest.mark.parametrize(("answers", "chance"), [(2, 0.6), (4, 0.3), (9, 0.85)])
def test_the_debiased_error_has_no_bias(answers, chance):
    """The mean of its square over all outcomes of one bin, each weighted by its probability.

    Of answers that are all given for certain no square is negative, so that none is cut off.
    """
    mean = 0.0
    for outcome in itertools.product([False, True], repeat=answers):
        right = np.array(outcome)
        weight = np.where(right, chance, 1 - chance).prod()
        mean += weight * debiased_error(np.ones(answers), right) ** 2
    assert mean == pytest.approx((1 - chance) ** 2, abs=1e-12)
