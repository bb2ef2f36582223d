import pytest

from rolewright.reports.adherence import (
    difference_figure,
    overall_figure,
    rule_rows,
    rules_figure,
)
from rolewright.reports.wording import load_wording

WORD = load_wording("en")


def test_overall_figure_tells_the_share_of_prompts_with_all_rules_kept(inputs):
    figure = overall_figure(inputs.evaluation, WORD)
    assert [(row[0], row[1]) for row in figure.rows] == [
        ("base", "0%"),
        ("base + role", "25%"),
        ("tuned + role", "100%"),
    ]
    assert {len(row) for row in figure.rows} == {len(figure.columns)}


def test_each_rule_has_a_chart_with_a_bar_for_each_arm_that_measured_it(inputs, parse):
    short, never = rules_figure(inputs.evaluation, WORD).charts
    widths = [float(bar["width"]) for bar in parse(str(short.svg)).find("rect", class_="bar")]
    assert widths[0] == 0
    assert widths[1] == pytest.approx(widths[2] / 4, abs=0.01)
    assert (short.heading, never.heading) == ("short", "never-asked")
    assert not parse(str(never.svg)).find("rect", class_="bar")


def test_zero_totals_show_no_rate(inputs):
    never = rule_rows(inputs.evaluation, WORD)[1]
    assert [(cell.rate, cell.count, cell.measured) for cell in never.cells] == [
        ("–", "0/0", False)
    ] * 3


def test_a_rule_that_an_arm_lacks_leaves_its_cell_empty(inputs):
    arms = inputs.evaluation["arms"]
    arms["base"]["rules"] = arms["base"]["rules"][1:]
    rows = {row.id: row for row in rule_rows(inputs.evaluation, WORD)}
    assert rows["short"].cells[0] is None
    assert [cell.failed for cell in rows["short"].cells[1:]] == [3, 0]


def test_difference_is_told_in_points(inputs):
    figure = difference_figure(inputs.evaluation["paired"], WORD)
    cells = ("tuned + role", "base + role", "+75", "+40 – +90", "0.0002", "4")
    assert figure.rows == (cells,)
