import pytest

from rolewright.reports.charts.bars import Bar, rate_bars


def _bar(rate, low=None, high=None, name="base"):
    return Bar(name, "tone-0", rate, low, high, "rate", "n")


def test_bars_are_as_long_as_their_rates(parse):
    rates = [0, 0.25, 0.5, 0.862, 1]
    page = parse(str(rate_bars("x", [_bar(rate) for rate in rates])))
    widths = [float(bar["width"]) for bar in page.find("rect")]
    assert widths == pytest.approx([rate * widths[-1] for rate in rates], abs=0.01)
    assert widths[-1] > 200


def test_whiskers_reach_from_low_to_high(parse):
    page = parse(str(rate_bars("x", [_bar(0.5, 0.25, 0.75), _bar(1)])))
    (whisker,) = page.find("path", class_="whisker")
    _, whole = page.find("rect")
    left, full = float(whole["x"]), float(whole["width"])
    start, end = (float(point.split()[0]) for point in whisker["d"][1:].split("M")[0].split("L"))
    assert (start, end) == pytest.approx((left + full / 4, left + full * 3 / 4))


def test_a_rate_that_was_not_measured_has_a_name_but_no_bar(parse):
    page = parse(str(rate_bars("x", [_bar(None, name="<b>")])))
    assert not page.find("rect")
    assert not page.find("path")
    assert page.find("text", class_="name")[0]["text"] == "<b>"


def test_the_drawing_is_labelled(parse):
    (svg,) = parse(str(rate_bars('say "it"', [_bar(1)]))).find("svg")
    assert (svg["role"], svg["aria-label"]) == ("img", 'say "it"')
