import re

import pytest

from rolewright.evaluation.power import mcnemar_power
from rolewright.evaluation.statistics import PairedDifference, paired_difference
from rolewright.evaluation.verdict import decide


@pytest.mark.parametrize(
    ("low", "p_value", "tuned", "verdict"),
    [
        (0.2, 0.01, 0.9, "took hold"),
        (0.0, 0.01, 0.9, "not proven"),
        (-0.1, 0.01, 0.9, "not proven"),
        (0.2, 0.05, 0.9, "not proven"),
        (0.2, 0.01, 0.5, "not proven"),
    ],
)
def test_verdicts(low, p_value, tuned, verdict):
    paired = PairedDifference(0.4, low, 0.6, p_value, 50, 22, 2)
    decided, reason = decide(paired, {"base+role": 0.1, "tuned+role": tuned})
    assert decided == verdict
    assert "50 prompts" in reason


def test_two_prompts_prove_nothing():
    paired = paired_difference([True, True], [False, False])
    assert decide(paired, {"base+role": 0, "tuned+role": 1})[0] == "not proven"


def test_how_many_prompts_would_show_a_difference():
    """For 3 gained and 1 lost of 20: those at which the exact test has a power of 80%."""
    treatment, baseline = [True] * 13 + [False] * 7, [True] * 10 + [False] * 9 + [True]
    paired = paired_difference(treatment, baseline)
    assert (paired.gained, paired.lost) == (3, 1)
    _, reason = decide(paired, {"base+role": 0.55, "tuned+role": 0.65})
    number = int(re.search(r"about (\d+) held-out prompts", reason)[1])
    assert 0.79 < mcnemar_power(number, 0.2, 0.1) < 0.86


def test_no_gain_is_not_a_matter_of_numbers():
    paired = paired_difference([True, False], [False, True])
    _, reason = decide(paired, {"base+role": 0.5, "tuned+role": 0.5})
    assert "Training brought nothing on these prompts" in reason
    assert "needed" not in reason


def test_nothing_trained():
    assert decide(None, {"base+role": 0.3})[0] == "base model only"
