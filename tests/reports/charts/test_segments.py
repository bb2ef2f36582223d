import pytest

from rolewright.reports.charts.segments import Segment, SegmentedBar, segmented_bars


def bar(*values, name="capital"):
    parts = tuple(Segment(f"part {n}", f"hue-{n}", value) for n, value in enumerate(values))
    return SegmentedBar(name, parts, str(sum(values)))


def test_segments_are_as_long_as_their_values_and_follow_each_other(parse):
    page = parse(str(segmented_bars("x", [bar(10, 30), bar(0, 20)])))
    first, second, third = page.find("rect")
    assert float(second["width"]) == pytest.approx(3 * float(first["width"]), abs=0.1)
    assert float(second["x"]) == pytest.approx(float(first["width"]), abs=0.1)
    assert float(third["width"]) == pytest.approx(2 * float(first["width"]), abs=0.1)
    assert float(third["y"]) > float(second["y"])
    assert "part 1: 30" in second["text"]


def test_the_limit_is_drawn_to_scale(parse):
    page = parse(str(segmented_bars("x", [bar(10)], limit=(5, "limit 5%"))))
    (line,) = page.find("line", class_="threshold")
    (rect,) = page.find("rect")
    assert float(line["x1"]) == pytest.approx(float(rect["width"]) / 2, abs=0.1)
    beyond = parse(str(segmented_bars("x", [bar(1)], limit=(5, "limit 5%"))))
    assert float(beyond.find("line", class_="threshold")[0]["x1"]) < 480


@pytest.mark.parametrize("names", [["a"], ["a long name of a mode"] * 9, ["场景不明的一些行"] * 9])
def test_a_legend_takes_as_many_rows_as_it_needs(parse, names):
    legend = [(name, f"hue-{n}") for n, name in enumerate(names)]
    page = parse(str(segmented_bars("x", [bar(1)], legend)))
    swatches, (rect,) = page.find("rect")[:-1], page.find("rect")[-1:]
    assert len(swatches) == len(names)
    assert float(rect["y"]) > max(float(each["y"]) for each in swatches) + 12
    assert all(float(each["x"]) < 400 for each in swatches)


def test_long_names_are_cut_and_nothing_is_drawn_of_nothing(parse):
    page = parse(str(segmented_bars("x", [bar(0, name="n" * 90)])))
    (name,) = page.find("text", class_="name")
    assert len(name["text"]) < 60
    assert not page.find("rect")
