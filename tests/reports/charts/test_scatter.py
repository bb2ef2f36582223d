import pytest

from rolewright.reports.charts.scatter import Point, scatter_plot


def test_points_fill_the_plot_and_say_what_they_are(parse):
    corners = [Point(-2, 5, "hue-0", "<low>"), Point(3, 9, "hue-1", "high")]
    page = parse(str(scatter_plot("map", corners)))
    low, high = page.find("circle")
    assert float(low["cx"]) < float(high["cx"])
    assert float(low["cy"]) > float(high["cy"])  # upwards is more
    assert low["text"] == "<low>"
    assert "hue-1" in high["class"]


@pytest.mark.parametrize("count", [1, 5])
def test_points_in_one_place_can_be_drawn(parse, count):
    page = parse(str(scatter_plot("map", [Point(0, 0, "hue-0", "x")] * count)))
    assert len(page.find("circle")) == count
