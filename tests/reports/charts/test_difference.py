import re

import pytest

from rolewright.reports.charts.difference import difference_line


def test_dot_and_whisker_lie_at_their_values(parse):
    page = parse(str(difference_line("x", (0.5, 0.25, 0.75), "+50", ("worse", "better"))))
    labels = {t["text"]: float(t["x"]) for t in page.find("text", class_="tick")}
    dot = float(page.find("circle")[0]["cx"])
    assert dot == pytest.approx(labels["+50"])
    (whisker,) = page.find("path", class_="whisker")
    start, end = (float(x) for x in re.match(r"M(\S+) \S+L(\S+) ", whisker["d"]).groups())
    assert dot - start == pytest.approx(end - dot)
    assert start == pytest.approx((labels["0"] + labels["+50"]) / 2)


def test_unknown_interval_has_no_whisker(parse):
    page = parse(str(difference_line("x", (-1, None, None), "−100", ("a", "b"))))
    assert not page.find("path")
    assert page.find("circle")


def test_the_sides_say_who_is_better(parse):
    page = parse(str(difference_line("x", (0, -0.1, 0.1), "0", ("a", "b"))))
    assert [t["text"] for t in page.find("text", class_="title")] == ["← a", "b →"]


@pytest.mark.parametrize(
    ("estimate", "share", "reach"),
    [
        ((0.0, -0.05, 0.05), 0.02, 10),
        ((-0.01, -0.15, 0.1), 0.02, 20),
        ((0.0, None, None), 0.02, 10),
        ((1, 1, 1), 0.02, 100),
        ((0.0, -0.05, 0.05), 0.08, 20),
    ],
)
def test_a_margin_makes_the_scale_as_fine_as_it_can_be(parse, estimate, share, reach):
    page = parse(str(difference_line("x", estimate, "0", ("a", "b"), margin=(share, "margin"))))
    labels = {t["text"]: float(t["x"]) for t in page.find("text", class_="tick")}
    assert f"+{reach}" in labels
    (margin,) = page.find("line", class_="threshold")
    point = (labels[f"+{reach}"] - labels["0"]) / reach
    assert float(margin["x1"]) == pytest.approx(labels["0"] - 100 * share * point, abs=0.01)
    assert "margin" in labels
