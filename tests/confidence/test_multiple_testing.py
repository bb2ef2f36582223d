import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.confidence.multiple_testing import adjust_p_values


def holm(p_values):
    """By closure: a hypothesis falls where Bonferroni's test rejects all sets that hold it."""
    sets = [
        [i for i in range(len(p_values)) if mask >> i & 1] for mask in range(1, 1 << len(p_values))
    ]
    levels = [(s, min(1.0, len(s) * min(p_values[i] for i in s))) for s in sets]
    return [max(level for s, level in levels if i in s) for i in range(len(p_values))]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_is_bonferroni_closed(p_values):
    assert adjust_p_values(p_values) == pytest.approx(holm(p_values))


def test_holm_by_hand():
    assert adjust_p_values([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert adjust_p_values([]) == []


def test_ties_are_adjusted_as_statsmodels_does():
    """``multipletests(…, method="holm")`` of statsmodels 0.15.0."""
    adjusted = adjust_p_values([0.001, 0.2, 0.013, 0.04, 0.9, 0.013])
    assert adjusted == pytest.approx([0.006, 0.4, 0.065, 0.12, 0.9, 0.065])
