import math

from rolewright.reports.training_curve import series, training_figure
from rolewright.reports.wording import load_wording

WORD = load_wording("en")


def test_series_skips_other_lines_and_what_is_not_finite():
    metrics = [
        {"step": 2, "loss": 1.0},
        {"step": 1, "loss": 2.0},
        {"step": 3, "loss": math.nan},
        {"step": 3, "train_runtime": 9.0},
        {"step": 2, "loss": 0.5},
    ]
    assert series(metrics, "loss") == [(1, 2.0), (2, 0.5)]


def test_nothing_logged_makes_no_figure():
    assert training_figure([], WORD) is None
    assert training_figure([{"step": 1, "loss": None}, {"train_runtime": 1}], WORD) is None


def test_both_losses_are_drawn_and_tabulated(inputs, parse):
    figure = training_figure(inputs.training, WORD)
    assert figure.rows == (("1", "2.0000", "–"), ("2", "1.0000", "1.5000"))
    page = parse(str(figure.charts[0].svg))
    assert len(page.find("polyline", class_="loss")[0]["points"].split()) == 2
    # One mark in the legend, one on the only validation.
    assert len(page.find("circle", class_="validation")) == 2


def test_a_long_run_keeps_a_short_table_with_its_last_step():
    metrics = [{"step": step, "loss": 1.0} for step in range(1, 1002)]
    figure = training_figure(metrics, WORD)
    assert len(figure.rows) <= 202
    assert figure.rows[-1][0] == "1001"
