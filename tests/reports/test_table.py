import pytest

from rolewright.reports.table import EMPTY, Cell, difference_cell, share_cell

SHARE = {"passed": 3, "total": 12, "rate": 0.25, "low": 0.1, "high": 0.5}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (share_cell(SHARE), Cell("25%", "10–50%")),
        (share_cell(SHARE, counted=True), Cell("25%", "10–50% · 3/12")),
        (share_cell(SHARE, "wrong"), Cell("25%", "10–50%", 0.25, "wrong")),
        (share_cell({**SHARE, "rate": None}, "wrong"), EMPTY),
        (share_cell(None), EMPTY),
        (
            difference_cell({"difference": -0.1, "low": -0.3, "high": 0.1}),
            Cell("−10", "−30 – +10"),
        ),
    ],
)
def test_cells_tell_their_interval(cell, expected):
    assert cell == expected
