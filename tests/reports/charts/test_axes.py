import pytest

from rolewright.reports.charts.axes import Axis, percent_ticks, round_ticks


def test_axis_is_linear():
    axis = Axis(-1, 1, start=100, end=0)
    assert [axis(-1), axis(0), axis(0.5)] == [100, 50, 25]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 2.6, [0, 1, 2, 3]),
        (0, 0.3, [0, 0.1, 0.2, 0.3]),
        (0, 1000, [0, 200, 400, 600, 800, 1000]),
        (0, 0, [0, 0.2]),
        (-1.5, 0.5, [-1.5, -1, -0.5, 0, 0.5]),
    ],
)
def test_ticks_are_round_and_span_the_values(low, high, ticks):
    found = round_ticks(low, high)
    assert found == pytest.approx(ticks)


def test_percent_ticks_run_from_nought_to_hundred():
    labels = percent_ticks("share").labels
    assert labels[0] == (0, "0%")
    assert labels[-1] == (1, "100%")
