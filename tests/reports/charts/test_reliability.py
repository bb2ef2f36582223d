import random
from statistics import fmean

import pytest

from rolewright.reports.charts.reliability import reliability_diagram
from rolewright.reports.trust import Graded, equal_mass_bins


def test_points_are_the_means_of_their_bins(parse):
    rng = random.Random(3)
    answers = [Graded(rng.random(), rng.random() < 0.6) for _ in range(80)]
    bins = equal_mass_bins(answers, 4)
    page = parse(str(reliability_diagram("x", bins, ("confidence", "right", "diagonal"))))
    (diagonal,) = (ln for ln in page.find("line", class_="reference") if ln["y1"] != ln["y2"])
    left, bottom, right, top = (float(diagonal[end]) for end in ("x1", "y1", "x2", "y2"))
    ordered = sorted(answers, key=lambda answer: answer.confidence)
    parts = [ordered[start : start + 20] for start in range(0, 80, 20)]
    dots = [(float(dot["cx"]), float(dot["cy"])) for dot in page.find("circle")]
    assert len(dots) == 4
    for (x, y), part in zip(dots, parts, strict=True):
        confidence, accuracy = fmean(a.confidence for a in part), fmean(a.correct for a in part)
        assert (x - left) / (right - left) == pytest.approx(confidence, abs=1e-4)
        assert (bottom - y) / (bottom - top) == pytest.approx(accuracy, abs=1e-4)
    assert len(page.find("path", class_="whisker")) == 4
