from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.confidence.calibrators import fit_isotonic, fit_platt

SCORED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=4, max_size=60).filter(
    lambda rows: len({right for _, right in rows}) == 2
)


def test_platt_recovers_the_map_that_made_the_data():
    draw = np.random.default_rng(0)
    scores = draw.uniform(0.02, 0.98, size=20_000)
    odds = np.log(scores / (1 - scores))
    correct = draw.uniform(size=20_000) < 1 / (1 + np.exp(-(0.6 * odds - 1.1)))
    fitted = fit_platt(scores.tolist(), correct.tolist())
    assert (fitted.slope, fitted.intercept) == pytest.approx((0.6, -1.1), abs=0.06)


def test_platts_targets_keep_certainty_out_of_reach():
    fitted = fit_platt([0.1, 0.2, 0.8, 0.9], [False, False, True, True])
    low, high = fitted.apply([0.0, 1.0])
    assert 0 < low < 0.5 < high < 1
    # The maximum-likelihood fit to Platt's targets (3/4 and 1/4) has their mean.
    assert sum(fitted.apply([0.1, 0.2, 0.8, 0.9])) == pytest.approx(2, abs=1e-3)


@given(SCORED)
def test_isotonic_is_monotone_bounded_and_keeps_the_mean(rows):
    scores, correct = zip(*rows, strict=True)
    fitted = fit_isotonic(scores, correct)
    assert np.mean(fitted.apply(scores)) == pytest.approx(np.mean(correct), abs=1e-6)
    grid = fitted.apply(np.linspace(-0.5, 1.5, 50).tolist())
    assert all(0 <= value <= 1 for value in grid)
    assert all(a <= b + 1e-12 for a, b in pairwise(grid))


@given(SCORED)
def test_maps_survive_json(rows):
    scores, correct = zip(*rows, strict=True)
    for fit in (fit_platt, fit_isotonic):
        fitted = fit(scores, correct)
        again = type(fitted).model_validate_json(fitted.model_dump_json())
        assert again.apply(scores) == fitted.apply(scores)


def test_a_score_that_never_varies_gives_the_share_of_right_answers():
    fitted = fit_platt([0.4] * 60, [True] * 20 + [False] * 40)
    assert fitted.apply([0.4, 0.9]) == pytest.approx([1 / 3] * 2, abs=0.02)
