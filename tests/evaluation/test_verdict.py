import pytest

from rolewright.evaluation.statistics import PairedDifference
from rolewright.evaluation.verdict import decide


@pytest.mark.parametrize(
    ("low", "tuned", "verdict"),
    [
        (0.2, 0.9, "took hold"),
        (0.0, 0.9, "not proven"),
        (-0.1, 0.9, "not proven"),
        (0.2, 0.5, "not proven"),
    ],
)
def test_verdicts(low, tuned, verdict):
    paired = PairedDifference(0.4, low, 0.6, 0.01, 50)
    decided, reason = decide(paired, {"base+role": 0.1, "tuned+role": tuned})
    assert decided == verdict
    assert "50 prompts" in reason


def test_nothing_trained():
    assert decide(None, {"base+role": 0.3})[0] == "base model only"
