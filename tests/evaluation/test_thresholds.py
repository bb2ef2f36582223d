import pytest

from rolewright.errors import UserError
from rolewright.evaluation.thresholds import Threshold, describe, parse_threshold

SUITES = ["adherence", "stability", "over_role"]
RULES = ["short", "one-line"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.9", Threshold("adherence", None, 0.9)),
        ("90%", Threshold("adherence", None, 0.9)),
        ("1", Threshold("adherence", None, 1)),
        ("stability=.5", Threshold("stability", None, 0.5)),
        ("one-line=100%", Threshold("adherence", "one-line", 1)),
    ],
)
def test_forms(text, expected):
    assert parse_threshold(text, SUITES, RULES) == expected


@pytest.mark.parametrize("text", ["", "nan", "-0.1", "1.5", "101%", "short=", "short=high", "0,9"])
def test_no_share(text):
    with pytest.raises(UserError, match="a share from 0 to 1"):
        parse_threshold(text, SUITES, RULES)


@pytest.mark.parametrize("name", ["long", "leakage", "over_role"])
def test_names_of_nothing_that_is_judged(name):
    with pytest.raises(UserError, match=f"{name!r} is no rule of the role, and no suite"):
        parse_threshold(f"{name}=0.9", SUITES, RULES)


def test_the_rate_counts(judged):
    samples = [judged("tuned+role", short=n < 9, one_line=n > 0) for n in range(10)]
    at_rate = Threshold("adherence", "short", 0.9).judge({"adherence": samples})
    assert at_rate["reached"]
    assert (at_rate["passed"], at_rate["total"], at_rate["rate"]) == (9, 10, 0.9)
    assert at_rate["low"] < 0.9 < at_rate["high"]
    above = Threshold("adherence", "short", 0.91).judge({"adherence": samples})
    assert not above["reached"]
    assert describe(above) == "short: 90.0% of 10 answers, at least 91.0% is asked for"
    every = Threshold("adherence", None, 0.8).judge({"adherence": samples})
    assert (every["passed"], every["reached"]) == (8, True)


def test_what_nobody_judged_is_not_reached(judged):
    found = Threshold("adherence", "short", 0.0).judge(
        {"adherence": [judged("base", one_line=True)]}
    )
    assert (found["total"], found["rate"], found["reached"]) == (0, None, False)
    assert describe(found).startswith("short: no answer was judged")
