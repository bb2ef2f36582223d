import pytest

from rolewright.reports.risk import Ranking, risk_figure
from rolewright.reports.trust import Graded
from rolewright.reports.wording import load_wording

WORD = load_wording("en")
ANSWERS = [Graded(0.9, True), Graded(0.6, False), Graded(0.4, False), Graded(0.2, False)]
OTHER = [Graded(0.2, True), Graded(0.2, False), Graded(0.9, False), Graded(0.8, False)]


def draw(parse, *answers, threshold=0.5, promised=None):
    rankings = [Ranking(f"way {i}", f"tone-{i}", each) for i, each in enumerate(answers)]
    figure = risk_figure(rankings, threshold, WORD, promised=promised)
    return figure, parse(str(figure.charts[0].svg))


def points(page, style):
    places = page.find("polyline", class_=style)[0]["points"].split()
    return [tuple(map(float, place.split(","))) for place in places]


def test_threshold_is_marked_at_the_coverage_that_it_leaves(parse):
    _, page = draw(parse, ANSWERS, OTHER)
    _, mark = page.find("circle", class_="chosen")
    place = (float(mark["cx"]), float(mark["cy"]))
    assert place == pytest.approx(points(page, "tone-0")[1])


def test_threshold_above_every_confidence_is_not_marked(parse):
    _, page = draw(parse, [Graded(0.4, True), Graded(0.3, False)])
    assert not page.find("circle", class_="chosen")


def test_what_was_promised_is_a_line_at_its_error_rate(parse):
    _, page = draw(parse, ANSWERS, promised=0.5)
    assert {y for _, y in points(page, "threshold")} == {points(page, "tone-0")[1][1]}
    _, page = draw(parse, [Graded(0.9, True)] * 3, promised=0.4)
    ticks = [tick["text"] for tick in page.find("text", class_="tick")]
    assert "40%" in ticks
    _, page = draw(parse, ANSWERS)
    assert not page.find("polyline", class_="threshold")


def test_answers_of_equal_confidence_are_given_together(parse):
    figure, page = draw(parse, ANSWERS, OTHER)
    assert len(points(page, "tone-1")) == 3
    assert [row for row in figure.rows if row[0] == "way 1"] == [
        ("way 1", "25%", "100%", "0.900"),
        ("way 1", "50%", "100%", "0.800"),
        ("way 1", "100%", "75%", "0.200"),
    ]


def test_a_single_ranking_needs_no_name_in_its_table(parse):
    figure, _ = draw(parse, ANSWERS)
    assert {len(row) for row in figure.rows} == {len(figure.columns)} == {3}


def test_the_table_of_many_answers_stays_short_and_keeps_the_last_row(parse):
    many = [Graded(i / 500, i % 3 == 0) for i in range(500)]
    figure, _ = draw(parse, many, many, many)
    assert len(figure.rows) <= 63
    assert [row[1] for row in figure.rows].count("100%") == 3
