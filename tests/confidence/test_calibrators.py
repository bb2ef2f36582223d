from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from rolewright.confidence.calibrators import (
    FIT,
    BetaMap,
    CalibrationMap,
    HistogramMap,
    PlattMap,
    TemperatureMap,
    fit_beta,
    fit_histogram,
    fit_isotonic,
    fit_platt,
    fit_temperature,
)
from rolewright.confidence.log_odds import log_odds, log_parts
from rolewright.confidence.metrics import negative_log_likelihood

SCORED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=4, max_size=60).filter(
    lambda rows: len({right for _, right in rows}) == 2
)
GRID = np.linspace(0, 1, 101).tolist()
RISING = ["temperature", "platt", "beta", "isotonic"]


def drawn(chance_of, answers=20_000, seed=0):
    """Scores, and correctness with a chance that depends on their log-odds."""
    draw = np.random.default_rng(seed)
    scores = draw.uniform(0.02, 0.98, size=answers)
    chance = 1 / (1 + np.exp(-chance_of(np.log(scores / (1 - scores)))))
    return scores.tolist(), (draw.uniform(size=answers) < chance).tolist()


def test_platt_recovers_the_map_that_made_the_data():
    fitted = fit_platt(*drawn(lambda odds: 0.6 * odds - 1.1))
    assert (fitted.slope, fitted.intercept) == pytest.approx((0.6, -1.1), abs=0.06)


@pytest.mark.parametrize("temperature", [0.5, 1, 3])
def test_temperature_is_recovered_and_of_calibrated_scores_it_is_one(temperature):
    fitted = fit_temperature(*drawn(lambda odds: odds / temperature))
    assert fitted.temperature == pytest.approx(temperature, rel=0.05)


def test_beta_recovers_the_map_that_made_the_data():
    draw = np.random.default_rng(0)
    scores = draw.uniform(size=40_000)
    made = BetaMap(a=0.4, b=1.5, c=0.3)
    chance = np.array(made.apply(scores.tolist()))
    fitted = fit_beta(scores.tolist(), (draw.uniform(size=40_000) < chance).tolist())
    assert (fitted.a, fitted.b, fitted.c) == pytest.approx((0.4, 1.5, 0.3), abs=0.15)
    assert fitted.apply(GRID) == pytest.approx(made.apply(GRID), abs=0.02)


def test_maps_by_hand():
    assert TemperatureMap(temperature=2).apply([0.5, 0.9, 0]) == pytest.approx(
        [0.5, 0.75, 0.001], abs=1e-5
    )
    assert PlattMap(slope=2, intercept=0).apply([0.5, 0.75]) == pytest.approx([0.5, 0.9])
    assert BetaMap(a=1, b=1, c=0).apply([0.2, 0.9]) == pytest.approx([0.2, 0.9])
    # 0.25^a / ((1 - 0.25)^b) = 0.5 / 0.75
    assert BetaMap(a=0.5, b=1, c=0).apply([0.25]) == pytest.approx([0.4])
    bins = HistogramMap(edges=(0.3, 0.6), confidences=(0.1, 0.8, 0.7))
    assert bins.apply([0, 0.3, 0.31, 0.6, 0.9]) == [0.1, 0.1, 0.8, 0.8, 0.7]


@pytest.mark.parametrize("wrong", [{"temperature": 0}, {"temperature": -1}])
def test_a_temperature_that_is_none_is_refused(wrong):
    with pytest.raises(ValidationError):
        TemperatureMap(**wrong)


@pytest.mark.parametrize("fit", [fit_platt, fit_beta])
def test_platts_targets_keep_certainty_out_of_reach(fit):
    fitted = fit([0.1, 0.2, 0.8, 0.9], [False, False, True, True])
    low, high = fitted.apply([0.0, 1.0])
    assert 0 < low < 0.5 < high < 1
    # The maximum-likelihood fit to Platt's targets (3/4 and 1/4) has their mean.
    assert sum(fitted.apply([0.1, 0.2, 0.8, 0.9])) == pytest.approx(2, abs=1e-3)


@given(SCORED)
def test_temperature_keeps_the_order_and_is_no_worse_than_none(rows):
    scores, correct = zip(*rows, strict=True)
    fitted = fit_temperature(scores, correct)
    assert fitted.temperature > 0
    ordered = fitted.apply(sorted(scores))
    assert all(a <= b for a, b in pairwise(ordered))
    assert [value > 0.5 for value in ordered] == [odds > 0 for odds in log_odds(sorted(scores))]

    def loss(odds):  # in log-odds, where nothing has to be clipped
        return np.logaddexp(0, np.where(correct, -odds, odds)).mean()

    odds = log_odds(scores)
    assert loss(odds / fitted.temperature) <= loss(odds) + 1e-9


@pytest.mark.parametrize("method", RISING)
@given(rows=SCORED)
def test_confidence_never_falls_with_the_score(method, rows):
    fitted = FIT[method](*zip(*rows, strict=True))
    grid = fitted.apply(GRID)
    assert all(0 <= value <= 1 for value in grid)
    assert all(a <= b + 1e-12 for a, b in pairwise(grid))


@pytest.mark.parametrize("method", RISING)
def test_a_score_that_misleads_says_nothing(method):
    scores, correct = drawn(lambda odds: -2 * odds, answers=400)
    confidence = FIT[method](scores, correct).apply(GRID)
    assert max(confidence) - min(confidence) < (0.1 if method == "temperature" else 0.01)


@given(SCORED)
def test_slopes_are_the_likeliest_of_those_that_rise(rows):
    """Against scikit-learn, which allows any slope; a soft target is two weighted answers."""
    scores, correct = zip(*rows, strict=True)
    odds = log_odds(scores)
    assume(np.ptp(odds) > 0.1)
    right, wrong = sum(correct), len(correct) - sum(correct)
    target = np.where(correct, (right + 1) / (right + 2), 1 / (wrong + 2))
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit(
        np.concatenate([odds, odds])[:, None],
        np.repeat([1, 0], len(odds)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    expected = np.full(len(odds), target.mean())
    if model.coef_[0, 0] > 0:
        expected = model.predict_proba(odds[:, None])[:, 1]
    assert fit_platt(scores, correct).apply(scores) == pytest.approx(expected, abs=2e-4)


@given(SCORED)
def test_beta_is_no_less_likely_than_platts_map_that_it_contains(rows):
    scores, correct = zip(*rows, strict=True)
    hits = np.array(correct)
    right, wrong = hits.sum(), (~hits).sum()
    target = np.where(hits, (right + 1) / (right + 2), 1 / (wrong + 2))

    def loss(odds):
        return (np.logaddexp(0, odds) - target * odds).mean()

    beta, platt = fit_beta(scores, correct), fit_platt(scores, correct)
    assert loss(log_parts(scores) @ [beta.a, beta.b] + beta.c) <= 1e-6 + loss(
        platt.slope * log_odds(scores) + platt.intercept
    )


@given(SCORED)
def test_isotonic_is_scikit_learns_and_keeps_the_mean(rows):
    scores, correct = zip(*rows, strict=True)
    fitted = fit_isotonic(scores, correct)
    assert np.mean(fitted.apply(scores)) == pytest.approx(np.mean(correct), abs=1e-6)
    reference = IsotonicRegression(out_of_bounds="clip").fit(scores, np.array(correct, dtype=float))
    assert fitted.apply(GRID) == pytest.approx(reference.predict(GRID), abs=1e-9)


STEPS = st.integers(0, 20).map(lambda step: step / 20)  # ties


@given(st.lists(st.tuples(STEPS, st.booleans()), min_size=2, max_size=40))
def test_isotonic_is_the_largest_of_the_smallest_means(rows):
    """The formula of the best non-decreasing map, without pooling (Barlow et al. 1972)."""
    scores, correct = map(np.array, zip(*rows, strict=True))
    values = sorted(set(scores.tolist()))

    def mean(low, high):
        return correct[(scores >= low) & (scores <= high)].mean()

    expected = [
        max(min(mean(low, high) for high in values if high >= value) for low in values[: n + 1])
        for n, value in enumerate(values)
    ]
    fitted = fit_isotonic(scores.tolist(), correct.tolist())
    assert fitted.apply(values) == pytest.approx(expected, abs=1e-9)


@given(SCORED)
def test_a_histogram_gives_the_accuracy_of_the_bin(rows):
    scores, correct = map(np.array, zip(*rows, strict=True))
    fitted = fit_histogram(scores.tolist(), correct.tolist())
    confidence = np.array(fitted.apply(scores.tolist()))
    bins = np.array([sum(edge < score for edge in fitted.edges) for score in scores])
    assert sorted(set(bins)) == list(range(len(fitted.confidences)))
    for each in set(bins):
        assert confidence[bins == each] == pytest.approx(correct[bins == each].mean())
    assert confidence.mean() == pytest.approx(correct.mean())


def test_bins_of_a_histogram_hold_about_ten_answers_or_more():
    scores = np.random.default_rng(0).permutation(np.linspace(0, 1, 1000)).tolist()
    for answers, bins in ((9, 1), (25, 2), (59, 5), (100, 10), (1000, 10)):
        fitted = fit_histogram(
            scores[:answers], [True, False] * (answers // 2) + [True] * (answers % 2)
        )
        assert len(fitted.confidences) == bins
        held = np.bincount(np.searchsorted(fitted.edges, scores[:answers]))
        assert held.min() >= min(answers, 9)


@pytest.mark.parametrize("method", list(FIT))
@given(rows=SCORED)
def test_maps_survive_json(method, rows):
    scores, correct = zip(*rows, strict=True)
    fitted = FIT[method](scores, correct)
    assert fitted.method == method
    again = TypeAdapter(CalibrationMap).validate_json(fitted.model_dump_json())
    assert again == fitted
    assert again.apply(scores) == fitted.apply(scores)


@pytest.mark.parametrize("method", ["platt", "beta", "histogram", "isotonic"])
def test_a_score_that_never_varies_gives_the_share_of_right_answers(method):
    fitted = FIT[method]([0.4] * 60, [True] * 20 + [False] * 40)
    assert fitted.apply([0.4, 0.9]) == pytest.approx([1 / 3] * 2, abs=0.02)


def test_maps_improve_the_likelihood_of_answers_they_were_not_fitted_to():
    def biased(odds):
        return 0.5 * odds + 0.8

    scores, correct = drawn(biased, answers=2000)
    fresh, right = drawn(biased, answers=2000, seed=1)
    losses = {
        method: negative_log_likelihood(
            np.array(fit(scores, correct).apply(fresh)), np.array(right)
        )
        for method, fit in FIT.items()
    }
    raw = negative_log_likelihood(np.array(fresh), np.array(right))
    assert all(loss < raw for loss in losses.values())
    assert losses["platt"] < losses["temperature"]  # which moves no mean
