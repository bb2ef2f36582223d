import pytest

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
    paired = PairedDifference(0.4, low, 0.6, p_value, 50)
    decided, reason = decide(paired, {"base+role": 0.1, "tuned+role": tuned})
    assert decided == verdict
    assert "50 prompts" in reason


def test_two_prompts_prove_nothing():
    paired = paired_difference([True, True], [False, False])
    assert decide(paired, {"base+role": 0, "tuned+role": 1})[0] == "not proven"


def test_nothing_trained():
    assert decide(None, {"base+role": 0.3})[0] == "base model only"
