from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.confidence.betting import e_process

SHARES = st.floats(0.01, 0.9)


def final(outcomes, max_error):
    return e_process(outcomes, max_error)[-1]


@pytest.mark.parametrize("max_error", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("number", [1, 4, 9])
def test_no_gain_on_average_while_the_promise_just_holds(max_error, number):
    """Over all outcomes, exactly: 1 at the promised share, less below it, more above."""

    def mean(share):
        total = 0.0
        for outcomes in product([False, True], repeat=number):
            wrong = sum(outcomes)
            chance = share**wrong * (1 - share) ** (number - wrong)
            total += chance * final(outcomes, max_error)
        return total

    assert mean(max_error) == pytest.approx(1, rel=1e-12)
    assert mean(0.7 * max_error) < 1 < mean(1.3 * max_error)


@given(st.lists(st.booleans(), max_size=60), SHARES)
def test_the_next_answer_is_a_fair_bet(outcomes, max_error):
    now = final(outcomes, max_error) if outcomes else 1.0
    if_wrong, if_right = (final([*outcomes, each], max_error) for each in (True, False))
    assert if_right >= 0
    assert max_error * if_wrong + (1 - max_error) * if_right == pytest.approx(now, rel=1e-9)


@given(st.lists(st.booleans(), min_size=1, max_size=60), SHARES, st.randoms())
def test_the_last_value_does_not_depend_on_the_order(outcomes, max_error, chance):
    shuffled = list(outcomes)
    chance.shuffle(shuffled)
    assert final(shuffled, max_error) == pytest.approx(final(outcomes, max_error), rel=1e-9)


@given(st.lists(st.booleans(), min_size=1, max_size=60), SHARES)
def test_each_bet_is_the_product_of_its_gains(outcomes, max_error):
    bets = [number / 51 / max_error for number in range(1, 51)]
    wealth = [np.prod([1 + bet * (x - max_error) for x in outcomes]) for bet in bets]
    assert final(outcomes, max_error) == pytest.approx(np.mean(wealth), rel=1e-9)


@pytest.mark.parametrize(("max_error", "delta"), [(0.05, 0.05), (0.2, 0.1), (0.5, 0.2)])
def test_false_alarms_at_any_time_come_no_more_often_than_delta(max_error, delta):
    """Of 1,000 streams of 1,000 answers at the promised share, looked at after each answer."""
    draw = np.random.default_rng(0)
    streams = draw.random((1000, 1000)) < max_error
    alarms = sum(e_process(stream, max_error).max() >= 1 / delta for stream in streams)
    assert alarms <= 1000 * delta + 3 * (1000 * delta * (1 - delta)) ** 0.5
    assert alarms > 0


def test_a_broken_promise_is_found():
    """One answer in five wrong where one in twenty was promised."""
    draw = np.random.default_rng(0)
    streams = draw.random((200, 150)) < 0.2
    found = [e_process(stream, 0.05).max() >= 20 for stream in streams]
    assert np.mean(found) > 0.95


def test_nothing_was_bet_on():
    assert e_process([], 0.1).shape == (0,)


def test_wealth_beyond_all_numbers_is_a_number():
    values = e_process([True] * 5000, 0.05)
    assert np.isfinite(values).all()
    assert values[-1] > 1e300
