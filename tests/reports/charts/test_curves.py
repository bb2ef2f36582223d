import pytest

from rolewright.reports.charts.axes import Ticks, percent_ticks
from rolewright.reports.charts.curves import Curve, curve_plot

Y = Ticks("loss", [(0, "0"), (2, "2"), (4, "4")])


def _places(page, style):
    points = page.find("polyline", class_=style)[0]["points"].split()
    return [tuple(map(float, point.split(","))) for point in points]


def test_points_lie_where_the_tick_labels_say(parse):
    curve = Curve("c", "risk", [(0, 4), (0.6, 2), (1, 0)])
    page = parse(str(curve_plot("x", [curve], percent_ticks("share"), Y)))
    ticks = {t["text"]: t for t in page.find("text", class_="tick")}
    x = [float(ticks[label]["x"]) for label in ("0%", "60%", "100%")]
    y = [float(ticks[label]["y"]) - 4 for label in ("4", "2", "0")]
    places = _places(page, "risk")
    assert [place[0] for place in places] == pytest.approx(x)
    assert [place[1] for place in places] == pytest.approx(y)


def test_each_curve_is_named(parse):
    curves = [Curve("first", "risk", [(0, 1), (1, 1)]), Curve("second", "loss", [(0, 0), (1, 2)])]
    page = parse(str(curve_plot("x", curves, percent_ticks("share"), Y)))
    assert [t["text"] for t in page.find("text", class_="name")] == ["first", "second"]


@pytest.mark.parametrize(("dotted", "count"), [(True, 3), (False, 0)])
def test_dots_mark_points_only_where_asked(parse, dotted, count):
    curve = Curve("c", "risk", [(0, 1), (1, 2)], dotted)
    page = parse(str(curve_plot("x", [curve], percent_ticks("share"), Y)))
    assert len(page.find("circle")) == count


def test_a_single_point_is_seen(parse):
    page = parse(str(curve_plot("x", [Curve("c", "risk", [(0, 1)])], percent_ticks("s"), Y)))
    assert len(page.find("circle")) == 1


def test_many_names_stand_in_rows_above_the_plot(parse):
    curves = [Curve(f"curve {i}", f"c{i}", [(0, 1), (1, 4)]) for i in range(7)]
    page = parse(str(curve_plot("x", curves, percent_ticks("share"), Y)))
    places = [(float(t["x"]), float(t["y"])) for t in page.find("text", class_="name")]
    assert len(set(places)) == 7
    assert len({y for _, y in places}) == 3
    (title,) = [t for t in page.find("text", class_="title") if t["text"] == "loss"]
    highest = min(y for i in range(7) for _, y in _places(page, f"c{i}"))
    assert max(y for _, y in places) < float(title["y"]) < highest


def test_a_band_lies_between_its_ends_below_all_lines(parse):
    band = [(0, 1, 3), (1, 0, 4)]
    curves = [Curve("a", "risk", [(0, 2), (1, 2)], band=band), Curve("b", "loss", [(0, 0), (1, 0)])]
    page = parse(str(curve_plot("x", curves, percent_ticks("share"), Y)))
    (area,) = page.find("polygon", class_="band")
    corners = [tuple(map(float, corner.split(","))) for corner in area["points"].split()]
    (left, middle), (right, _) = _places(page, "risk")
    bottom = _places(page, "loss")[0][1]
    unit = (bottom - middle) / 2
    assert [x for x, _ in corners] == [left, right, right, left]
    heights = [middle - unit, middle - 2 * unit, bottom, middle + unit]
    assert [y for _, y in corners] == pytest.approx(heights)
    drawn = [name for name, _, _ in page.elements if name in {"polygon", "polyline"}]
    assert drawn == ["polygon", "polyline", "polyline"]
