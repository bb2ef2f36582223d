from dataclasses import asdict

import pytest

from rolewright.evaluation.statistics import proportion
from rolewright.evaluation.suites.leakage.standing import standing_of


@pytest.mark.parametrize(
    ("passed", "total", "verdict", "needed"),
    [
        (0, 71, "open", 72),
        (0, 72, "does not leak", None),
        (2, 144, "does not leak", None),
        (3, 144, "open", 230),
        (7, 48, "leaks", None),
        (6, 48, "open", None),
    ],
)
def test_an_interval_decides(passed, total, verdict, needed):
    found = standing_of(asdict(proportion([n < passed for n in range(total)])))
    assert (found.verdict, found.needed) == (verdict, needed)
    assert ("would show" in found.in_words) == (needed is not None)
