import pytest

from rolewright.reports.charts.histogram import mirrored_histogram

NAMES = ("right", "wrong", "confidence")


def _bars(page, tone):
    # The first of a colour is its swatch in the legend.
    return page.find("rect", class_=tone)[1:]


def test_bars_are_as_high_as_their_counts_on_both_sides(parse):
    page = parse(str(mirrored_histogram("x", ([0, 3, 6], [4, 2, 0]), NAMES, None)))
    right = [float(bar["height"]) for bar in _bars(page, "right")]
    wrong = [float(bar["height"]) for bar in _bars(page, "wrong")]
    assert [*right, *wrong] == pytest.approx(
        [right[2] / 6 * n for n in (0, 3, 6, 4, 2, 0)], abs=0.02
    )


def test_right_answers_stand_above_the_line_and_wrong_ones_below(parse):
    page = parse(str(mirrored_histogram("x", ([5, 1], [2, 9]), NAMES, None)))
    zero = float(page.find("line", class_="axis")[0]["y1"])
    for bar in _bars(page, "right"):
        assert float(bar["y"]) + float(bar["height"]) == pytest.approx(zero, abs=0.02)
    for bar in _bars(page, "wrong"):
        assert float(bar["y"]) == pytest.approx(zero, abs=0.02)


def test_threshold_stands_at_its_confidence(parse):
    page = parse(str(mirrored_histogram("x", ([1], [1]), NAMES, (0.2, "threshold"))))
    ticks = {t["text"]: float(t["x"]) for t in page.find("text", class_="tick")}
    assert float(page.find("line", class_="threshold")[0]["x1"]) == pytest.approx(ticks["20%"])
    bare = parse(str(mirrored_histogram("x", ([1], [1]), NAMES, None)))
    assert not bare.find("line", class_="threshold")


def test_nothing_to_count_draws_empty_bars(parse):
    page = parse(str(mirrored_histogram("x", ([0, 0], [0, 0]), NAMES, None)))
    assert {bar["height"] for bar in _bars(page, "right")} == {"0"}
