import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom
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


def even_bins(bins, answers, seed):
    """Answers of different confidence: of all, and which of them each bin of equal mass holds."""
    draw = np.random.default_rng(seed)
    confidence = draw.uniform(size=bins * answers)
    correct = draw.uniform(size=bins * answers) < draw.uniform()
    return confidence, correct, np.argsort(confidence).reshape(bins, answers)


# With other numbers of bins, the rounding of i / bins may shift an answer into the next one.
BINS = st.sampled_from([1, 2, 5, 10])


@given(BINS, st.integers(1, 8), st.integers(0, 1000))
def test_error_over_equal_masses_against_its_definition(bins, answers, seed):
    confidence, correct, held = even_bins(bins, answers, seed)
    gaps = np.abs(confidence[held].mean(axis=1) - correct[held].mean(axis=1))
    found = expected_calibration_error(confidence, correct, bins)
    assert found == pytest.approx(gaps.mean(), abs=1e-12)


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


@given(ANSWERS, st.sampled_from([0, 0.05, 0.1, 0.25, 1 / 3, 0.5, 1]))
def test_coverage_at_risk_is_the_most_that_any_threshold_gives(answers, risk):
    confidence, correct = arrays(answers)
    given_at = [correct[confidence >= threshold] for threshold in confidence]
    kept = [len(each) for each in given_at if (~each).sum() <= risk * len(each) + 1e-9]
    expected = max(kept, default=0) / len(correct)
    assert coverage_at_risk(confidence, correct, risk) == expected


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


@given(BINS, st.integers(2, 6), st.integers(0, 1000))
def test_the_debiased_error_is_of_two_answers_at_a_time(bins, answers, seed):
    """The mean product of the gaps of two answers, which chance does not make alike.

    By algebra the squared gap of a bin less the variance of its accuracy (Kumar et al. 2019).
    """
    confidence, correct, held = even_bins(bins, answers, seed)
    gaps = correct[held] - confidence[held].mean(axis=1, keepdims=True)
    products = [a * b for each in gaps for a, b in itertools.permutations(each.tolist(), 2)]
    found = debiased_error(confidence, correct, bins)
    assert found**2 == pytest.approx(max(0, np.mean(products)), abs=1e-12)


def test_a_bin_of_one_answer_tells_nothing():
    assert debiased_error(np.array([0.2, 0.4]), np.array([True, False])) == 0
    confidence, correct = np.array([0.9] * 4 + [0.1]), np.array([False, False, False, True, True])
    expected = (0.25 - 0.9) ** 2 - 0.25 * 0.75 / 3
    assert debiased_error(confidence, correct) == pytest.approx(expected**0.5)


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


LEVELS = np.arange(1, 11) / 10 - 0.05
OF_LEVEL, RUNS = 40, 1000


def noisy_error(chances):
    """Mean and variance of the ECE of OF_LEVEL answers to each of LEVELS, by the binomial law."""
    right = np.arange(OF_LEVEL + 1)[:, None]
    weights = binom.pmf(right, OF_LEVEL, chances)
    gaps = np.abs(right / OF_LEVEL - LEVELS)
    mean = (weights * gaps).sum(axis=0)
    return mean.mean(), ((weights * gaps**2).sum(axis=0) - mean**2).sum() / len(LEVELS) ** 2


def test_chance_is_in_the_error_and_not_in_the_debiased_one():
    """Of answers whose true calibration error is known, within four standard errors of the mean."""
    chances = np.where(LEVELS > 0.5, LEVELS - 0.3, LEVELS)  # half of the confidences are too sure
    truth = np.abs(LEVELS - chances)
    confidence = np.repeat(LEVELS, OF_LEVEL)
    worlds = np.random.default_rng(0).uniform(size=(RUNS, len(confidence)))
    worlds = worlds < np.repeat(chances, OF_LEVEL)
    plain = np.array([expected_calibration_error(confidence, correct) for correct in worlds])
    squared = np.array([debiased_error(confidence, correct) ** 2 for correct in worlds])
    assert squared.min() > 0  # so that none is cut off, which would be a bias
    tolerance = 4 * squared.std() / RUNS**0.5
    assert squared.mean() == pytest.approx((truth**2).mean(), abs=tolerance)
    mean, variance = noisy_error(chances)
    tolerance = 4 * (variance / RUNS) ** 0.5
    assert plain.mean() == pytest.approx(mean, abs=tolerance)
    assert plain.mean() > truth.mean() + tolerance
    # What the squares of the gaps have too much would not have gone unnoticed.
    left_in = (chances * (1 - chances) / OF_LEVEL).mean()
    assert left_in > 4 * squared.std() / RUNS**0.5


def test_the_noise_floor_is_what_perfect_calibration_shows():
    mean, variance = noisy_error(LEVELS)
    found = noise_floor(np.repeat(LEVELS, OF_LEVEL).tolist(), draws=RUNS)
    assert found == pytest.approx(mean, abs=4 * (variance / RUNS) ** 0.5)
    assert mean > 0.04
