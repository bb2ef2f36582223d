import numpy as np
import pytest
from scipy.stats import binom

from rolewright.evaluation.power import (
    mcnemar_power,
    pairs_for_margin,
    pairs_needed,
    round_up,
    smallest_difference,
    smallest_frequent,
    smallest_gap,
    smallest_seen,
)
from rolewright.evaluation.statistics import paired_difference, proportion


def draw_pairs(seed, pairs, discordance, difference, times):
    """Gains and losses of so many comparisons of the same kind."""
    chances = [(discordance + difference) / 2, (discordance - difference) / 2, 1 - discordance]
    return np.random.default_rng(seed).multinomial(pairs, chances, size=times)[:, :2].T


@pytest.mark.parametrize(
    ("pairs", "discordance", "difference"),
    [(58, 0.25, 0.15), (20, 0.5, 0.4), (200, 0.3, 0.1), (12, 0.8, 0.8), (9, 0.25, 0.1)],
)
def test_power_is_how_often_the_test_shows_the_gain(pairs, discordance, difference):
    gained, lost = draw_pairs(0, pairs, discordance, difference, 20_000)
    p_values = 2 * binom.cdf(np.minimum(gained, lost), gained + lost, 0.5)
    shown = np.mean((p_values < 0.05) & (gained > lost))
    assert mcnemar_power(pairs, discordance, difference) == pytest.approx(shown, abs=0.012)


@pytest.mark.parametrize("pairs", [6, 20, 58, 300])
def test_the_smallest_difference_has_the_power(pairs):
    least = smallest_difference(pairs)
    assert mcnemar_power(pairs, max(0.25, least), least) == pytest.approx(0.8, abs=0.01)


def test_five_prompts_show_nothing():
    assert smallest_difference(5) is None
    assert paired_difference([True] * 5, [False] * 5).p_value > 0.05
    assert smallest_difference(6) < 1
    assert paired_difference([True] * 6, [False] * 6).p_value < 0.05


@pytest.mark.parametrize(("difference", "connor"), [(0.10, 194), (0.05, 783), (0.03, 2178)])
def test_sizes_are_connors_and_a_little_more(difference, connor):
    """At a discordance of 25%: the normal approximation, and what the exact test asks beyond."""
    needed = pairs_needed(difference, 0.25)
    assert connor <= needed <= 1.1 * connor
    assert mcnemar_power(needed, 0.25, difference) >= 0.8


def test_a_difference_that_is_all_there_is():
    assert pairs_needed(1.0, 1.0) == 6
    assert pairs_needed(0.001, 0.25) > 1_000_000


def test_so_many_questions_rule_a_loss_out():
    needed = pairs_for_margin(0.05, 0.1)
    gained, lost = draw_pairs(1, needed, 0.1, 0.0, 300)
    shown = 0
    for b, c in zip(gained, lost, strict=True):
        rest = needed - b - c
        right = int(0.6 * rest)
        treatment = [True] * (b + right) + [False] * (needed - b - right)
        baseline = [False] * b + [True] * (right + c) + [False] * (rest - right)
        shown += paired_difference(treatment, baseline).low > -0.05
    assert 0.7 <= shown / 300 <= 0.9


def test_what_an_interval_could_have_seen():
    """About what the design could have shown before."""
    gained, lost, pairs = 30, 20, 200
    both = 100
    found = paired_difference(
        [True] * (both + gained) + [False] * (pairs - both - gained),
        [True] * both + [False] * gained + [True] * lost + [False] * (pairs - both - gained - lost),
    )
    assert smallest_seen(found) == pytest.approx(smallest_difference(pairs), rel=0.1)


def test_intervals_part_as_often_as_told():
    gap = smallest_gap(104)
    draw = np.random.default_rng(2)
    counts = draw.binomial(104, [0.5 + gap / 2, 0.5 - gap / 2], size=(600, 2))
    ends = {n: proportion([True] * n + [False] * (104 - n)) for n in set(counts.ravel().tolist())}
    parted = np.mean([ends[high].low > ends[low].high for high, low in counts.tolist()])
    assert 0.72 <= parted <= 0.9


@pytest.mark.parametrize(
    ("number", "rounded"), [(6, 6), (58, 58), (141, 150), (1963, 2000), (78_433, 79_000)]
)
def test_numbers_that_are_told_have_two_digits(number, rounded):
    assert round_up(number) == rounded


@pytest.mark.parametrize("cases", [14, 48, 144])
def test_a_frequent_thing_is_seen_with_the_power_that_is_told(cases):
    chance = smallest_frequent(cases, 0.05)
    counts = np.random.default_rng(0).binomial(cases, chance, size=20_000)
    lows = {n: proportion([True] * n + [False] * (cases - n)).low for n in set(counts.tolist())}
    assert np.mean([lows[n] > 0.05 for n in counts.tolist()]) == pytest.approx(0.8, abs=0.01)


def test_one_case_shows_nothing_frequent():
    assert smallest_frequent(1, 0.05) is None
