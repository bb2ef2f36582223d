import itertools

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import binom, multinomial

from rolewright.evaluation.statistics import (
    bounded_mean,
    cases_below,
    clustered_proportion,
    paired_difference,
    proportion,
    relative_change,
)


def by_counting(passed, total):
    """Clopper and Pearson's bounds as they defined them: where a tail has 2.5%."""
    low = high = None
    if passed:
        low = brentq(lambda p: binom.sf(passed - 1, total, p) - 0.025, 0, 1)
    if passed < total:
        high = brentq(lambda p: binom.cdf(passed, total, p) - 0.025, 0, 1)
    return low or 0, 1 if high is None else high


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_exact_interval(outcomes):
    result = proportion(outcomes)
    assert result.rate == sum(outcomes) / len(outcomes)
    assert (result.low, result.high) == pytest.approx(by_counting(sum(outcomes), len(outcomes)))


def test_known_exact_intervals():
    # 48 of 50, and the rule of three's exact form for 0 of 100, as in the literature's tables.
    assert proportion([True] * 48 + [False] * 2).low == pytest.approx(0.863, abs=5e-4)
    assert proportion([False] * 100).high == pytest.approx(0.0362, abs=5e-5)


@pytest.mark.parametrize("rate", [0.02, 0.0221, 0.3, 0.97])
@pytest.mark.parametrize("total", [2, 8, 27, 60])
def test_no_share_is_missed_more_often_than_the_interval_says(rate, total):
    """Wilson's interval holds 0.0221 in 84% of cases of 8."""
    results = [proportion([True] * n + [False] * (total - n)) for n in range(total + 1)]
    held = [n for n, result in enumerate(results) if result.low <= rate <= result.high]
    assert binom.pmf(held, total, rate).sum() >= 0.95


def test_nothing_judged_has_no_rate():
    result = proportion([])
    assert (result.passed, result.total, result.rate, result.low, result.high) == (
        0, 0, None, None, None,
    )  # fmt: skip


def outcomes(both, gained, lost, neither):
    treatment = [True] * (both + gained) + [False] * (lost + neither)
    baseline = [True] * both + [False] * gained + [True] * lost + [False] * neither
    return treatment, baseline


def test_all_pairs_gained_are_an_exact_share():
    # The mean of 20 differences of 1 and of the added -1: 2 Beta(20, 1) - 1.
    result = paired_difference([True] * 20, [False] * 20)
    assert (result.difference, result.high) == (1, 1)
    assert result.low == pytest.approx(2 * scipy.stats.beta.ppf(0.025, 20, 1) - 1, abs=0.01)


@pytest.mark.parametrize(("gained", "lost"), [(5, 0), (6, 0), (9, 1), (9, 2), (30, 14), (30, 17)])
def test_the_interval_leaves_zero_out_where_the_exact_test_rejects(gained, lost):
    result = paired_difference(*outcomes(40, gained, lost, 11))
    assert (result.low > 0) == (result.p_value < 0.05)
    assert result.low <= result.difference <= result.high


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


@pytest.mark.parametrize("gained", [0.02, 0.5])
@pytest.mark.parametrize("lost", [0.0, 0.02, 0.3])
def test_no_difference_is_missed_more_often_than_the_interval_says(gained, lost):
    """All outcomes of 12 pairs, by their chance."""
    covered = 0.0
    for won, gone in itertools.product(range(13), repeat=2):
        if won + gone <= 12:
            result = paired_difference(*outcomes(12 - won - gone, won, gone, 0))
            chance = multinomial.pmf(
                [won, gone, 12 - won - gone], 12, [gained, lost, 1 - gained - lost]
            )
            covered += chance * (result.low <= gained - lost <= result.high)
    assert covered >= 0.95


def test_clusters_of_one_are_independent_outcomes():
    outcomes = [True] * 7 + [False] * 3
    assert clustered_proportion(outcomes, range(10)) == proportion(outcomes)


def test_equal_outcomes_within_clusters_count_once():
    """Ten answers to each of six prompts that say the same tell what six answers tell."""
    found = clustered_proportion([n < 40 for n in range(60)], [n // 10 for n in range(60)])
    once = proportion([True] * 4 + [False] * 2)
    assert (found.passed, found.total, found.rate) == (40, 60, once.rate)
    assert (found.low, found.high) == pytest.approx((once.low, once.high), abs=0.01)


def test_independent_outcomes_within_many_clusters_count_nearly_all():
    draw = np.random.default_rng(0)
    outcomes = (draw.random(1000) < 0.4).tolist()
    found = clustered_proportion(outcomes, [n // 5 for n in range(1000)])
    independent = proportion(outcomes)
    assert found.high - found.low == pytest.approx(independent.high - independent.low, rel=0.25)


def test_clusters_that_all_passed_leave_room_for_one_that_does_not():
    found = clustered_proportion([True] * 60, [n // 5 for n in range(60)])
    assert found.high == 1
    assert found.low == pytest.approx(proportion([True] * 12).low, abs=0.01)


def test_larger_clusters_weigh_more():
    """One of nine failures, nine of one success each: far less sure than 18 outcomes."""
    found = clustered_proportion([False] * 9 + [True] * 9, ["a"] * 9 + list(range(9)))
    assert found.rate == 0.5
    assert found.low < 0.15
    assert found.high > 0.95


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("number", [1, 2, 30])
def test_no_interval_of_a_mean_has_no_length(value, number):
    found = bounded_mean([value] * number)
    assert found.rate == pytest.approx(value)
    assert 0 <= found.low <= value <= found.high <= 1
    assert found.high - found.low > 0.05


def test_rare_bad_conversations_are_allowed_for():
    """A tenth of twelve conversations keeps three turns of four, the others all."""
    draw = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        found = bounded_mean(np.where(draw.random(12) < 0.1, 0.75, 1.0).tolist())
        held += found.low <= 0.975 <= found.high
    assert held >= 190


def test_nothing_to_judge_has_no_rate():
    assert clustered_proportion([], []).rate is bounded_mean([]).rate is None


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


@pytest.mark.parametrize(("passed", "total"), [(0, 1), (0, 48), (3, 144), (9, 300)])
def test_so_many_cases_put_the_interval_below_the_limit(passed, total):
    cases = cases_below(0.05, passed, total)
    successes = -(-passed * cases // total)
    found = proportion([n < successes for n in range(cases)])
    assert found.high < 0.05
    fewer = max(total, round(cases * 0.8))  # the first that does: a fifth fewer do not
    successes = -(-passed * fewer // total)
    assert fewer == cases or proportion([n < successes for n in range(fewer)]).high >= 0.05


def test_no_number_of_cases_shows_what_is_not_so():
    assert cases_below(0.05, 3, 48) is None
    assert cases_below(0.05, 4999, 100_000) is None
    assert cases_below(0.05, 0, 0) == 72
