import math

import pytest

from rolewright.reports import numerals


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (0.004, "<1%"),
        (0.862, "86%"),
        (0.996, ">99%"),
        (1, "100%"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_percent(share, text):
    assert numerals.percent(share) == text


@pytest.mark.parametrize(
    ("difference", "text"), [(0.9, "+90"), (-0.034, "−3"), (0.001, "0"), (None, "–")]
)
def test_points(difference, text):
    assert numerals.points(difference) == text


def test_intervals_and_decimals():
    assert numerals.percent_interval(0.751, 0.93) == "75–93%"
    assert numerals.percent_interval(None, 0.93) == "–"
    assert numerals.decimal(0.12345) == "0.123"
    assert numerals.decimal(-0.0001) == "0.000"
    assert numerals.decimal(-0.2514, 2) == "−0.25"
    assert numerals.decimal(None) == "–"


@pytest.mark.parametrize(
    ("value", "text"), [(1e-9, "p < 0.001"), (0.001, "p = 0.001"), (0.04, "p = 0.040"), (None, "–")]
)
def test_p_value(value, text):
    assert numerals.p_value(value) == text


def test_booleans_are_no_numbers():
    assert not numerals.is_number(True)
    assert numerals.is_number(0)
