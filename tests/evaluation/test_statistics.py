import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from rolewright.evaluation.statistics import (
    clustered_proportion,
    paired_difference,
    proportion,
    relative_change,
)

OUTCOMES = st.lists(st.booleans(), min_size=1, max_size=60)


def wilson_by_hand(passed, total, z=1.959963984540054):
    centre = (passed + z * z / 2) / (total + z * z)
    reach = z / (total + z * z) * math.sqrt(passed * (total - passed) / total + z * z / 4)
    return max(0, centre - reach), min(1, centre + reach)


@given(OUTCOMES)
def test_wilson_interval(outcomes):
    result = proportion(outcomes)
    assert result.rate == sum(outcomes) / len(outcomes)
    assert (result.low, result.high) == pytest.approx(wilson_by_hand(sum(outcomes), len(outcomes)))


def test_known_wilson_intervals():
    # 48 of 50 and 0 of 100, as in the literature's tables.
    assert proportion([True] * 48 + [False] * 2).low == pytest.approx(0.865, abs=5e-4)
    assert proportion([False] * 100).high == pytest.approx(0.037, abs=5e-4)


def test_nothing_judged_has_no_rate():
    result = proportion([])
    assert (result.passed, result.total, result.rate, result.low, result.high) == (
        0, 0, None, None, None,
    )  # fmt: skip


def outcomes(both, gained, lost, neither):
    treatment = [True] * (both + gained) + [False] * (lost + neither)
    baseline = [True] * both + [False] * gained + [True] * lost + [False] * neither
    return treatment, baseline


def test_newcombes_published_example():
    # Newcombe 1998, table II, 36/12/2/0: method 10 gives 0.0569 to 0.3404.
    result = paired_difference(*outcomes(36, 12, 2, 0))
    assert result.difference == pytest.approx(0.2)
    assert (result.low, result.high) == pytest.approx((0.0569, 0.3404), abs=5e-5)


def test_exact_mcnemar_is_a_coin_on_the_discordant_pairs():
    assert paired_difference(*outcomes(5, 6, 0, 5)).p_value == pytest.approx(2 / 2**6)
    assert paired_difference(*outcomes(5, 1, 1, 5)).p_value == 1
    assert paired_difference(*outcomes(5, 0, 0, 5)).p_value == 1


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_swapping_the_arms_mirrors_the_result(pairs):
    treatment, baseline = zip(*pairs, strict=True)
    one, other = paired_difference(treatment, baseline), paired_difference(baseline, treatment)
    assert one.difference == pytest.approx(-other.difference)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert one.p_value == pytest.approx(other.p_value)
    assert -1 <= one.low <= one.difference <= one.high <= 1


def test_total_success_against_total_failure_keeps_an_interval():
    result = paired_difference([True] * 20, [False] * 20)
    assert result.difference == 1
    assert 0.6 < result.low < 1


@pytest.mark.parametrize(("both", "gained", "lost"), [(0.1, 0.5, 0.05), (0.6, 0.2, 0.15)])
def test_the_interval_covers_the_truth_as_often_as_it_says(both, gained, lost):
    draw = np.random.default_rng(0)
    covered = 0
    for cells in draw.multinomial(50, [both, gained, lost, 1 - both - gained - lost], size=400):
        result = paired_difference(*outcomes(*map(int, cells)))
        covered += result.low <= gained - lost <= result.high
    assert 0.92 <= covered / 400 <= 0.99


def test_clusters_of_one_are_independent_outcomes():
    outcomes = [True] * 7 + [False] * 3
    assert clustered_proportion(outcomes, range(10)) == proportion(outcomes)


def test_equal_outcomes_within_clusters_count_once():
    """Ten answers to each of six prompts that say the same tell what six answers tell."""
    outcomes = [n < 40 for n in range(60)]
    found = clustered_proportion(outcomes, [n // 10 for n in range(60)])
    once = proportion([True] * 4 + [False] * 2)
    assert found.rate == once.rate
    assert (found.passed, found.total) == (40, 60)
    assert found.low < once.low  # of few clusters the t distribution is wider
    assert found.high > once.high
    assert clustered_proportion([True] * 60, [n // 10 for n in range(60)]).low < 0.65


def test_clusters_by_hand():
    # Residuals of the clusters: a +0.5, b -0.5; variance 0.5 / 16 * 2 = 1/16; n = 0.25 * 16 = 4.
    found = clustered_proportion([True, True, True, False], ["a", "a", "b", "b"])
    rate, variance = 0.75, (0.5**2 + 0.5**2) / 16 * 2
    effective = min(4, rate * (1 - rate) / variance)
    z = scipy.stats.t.ppf(0.975, 1)
    scale = 1 + z**2 / effective
    centre = (rate + z**2 / (2 * effective)) / scale
    reach = z * np.sqrt(rate * (1 - rate) / effective + z**2 / (4 * effective**2)) / scale
    assert (found.low, found.high) == pytest.approx((centre - reach, centre + reach))


def test_one_cluster_says_nothing_of_others():
    found = clustered_proportion([True] * 7 + [False] * 13, ["a"] * 20)
    assert (found.rate, found.low, found.high) == (0.35, 0, 1)


@pytest.mark.parametrize("size", [2, 3, 7, 10])
def test_clusters_that_are_all_alike_are_no_surer_than_independent_outcomes(size):
    """Their residuals are zero but for rounding, which must not make a difference."""
    outcomes = ([True] + [False] * (size - 1)) * 12
    found = clustered_proportion(outcomes, [n // size for n in range(12 * size)])
    independent = proportion(outcomes)
    assert found.low == pytest.approx(independent.low, abs=0.02)
    assert found.low < independent.low
    assert found.high > independent.high


def test_nothing_to_judge_has_no_rate():
    assert clustered_proportion([], []).rate is None


def test_a_relative_change_counts_large_things_for_more():
    found = relative_change([220.0, 9.0], [200.0, 10.0])
    assert found.change == pytest.approx(229 / 210 - 1)
    assert found.low < found.change < found.high
    same = relative_change([2.0, 4.0, 8.0], [1.0, 2.0, 4.0])
    assert (same.change, same.low, same.high, same.pairs) == pytest.approx((1, 1, 1, 3))


def test_intervals_of_a_relative_change_hold_the_planted_one():
    draw = np.random.default_rng(0)
    held, runs, texts, planted = 0, 400, 20, 0.05
    for _ in range(runs):
        baseline = draw.gamma(2, 500, texts)  # texts differ in length
        treatment = baseline * (1 + planted + draw.normal(0, 0.1, texts))
        found = relative_change(treatment.tolist(), baseline.tolist())
        held += found.low <= planted <= found.high
    assert 0.92 * runs <= held <= 0.98 * runs
