import pytest

from rolewright.reports.calibration import confidence_view
from rolewright.reports.render import render_report
from rolewright.reports.wording import load_wording

WORD = load_wording("en")


def test_figures_follow_from_the_graded_answers(inputs):
    view = confidence_view(inputs.calibration, WORD)
    assert [figure.anchor for figure in view.figures] == [
        "figure-reliability",
        "figure-risk",
        "figure-histogram",
    ]
    reliability, risk, histogram = view.figures
    # 40 answers, at least ten a bin.
    assert [row[-1] for row in reliability.rows] == ["10"] * 4
    wrong = sum(not answer["correct"] for answer in inputs.calibration["graded"])
    assert risk.rows[-1][:2] == ("100%", f"{round(100 * wrong / 40)}%")
    assert sum(int(row[2]) for row in histogram.rows) == wrong
    assert len(view.overconfident) == 10


def test_only_the_calibration_of_the_bundle_is_in_use(inputs):
    view = confidence_view(inputs.calibration, WORD)
    assert [(row.method, row.used) for row in view.scores] == [("Platt", True), ("isotonic", False)]
    assert view.scores[0].measures == ("0.861", "0.151", "0.061")


@pytest.mark.parametrize("correct", [True, False])
def test_answers_all_right_or_all_wrong_can_be_drawn(inputs, correct):
    graded = [{**answer, "correct": correct} for answer in inputs.calibration["graded"][:3]]
    view = confidence_view({**inputs.calibration, "graded": graded}, WORD)
    assert view.figures[1].rows[-1][1] == ("0%" if correct else "100%")
    assert len(view.overconfident) == (0 if correct else 3)


def test_the_surest_mistake_comes_first_with_its_raw_score(inputs, parse):
    page = parse(render_report(inputs, "en"))
    surest = [row["text"] for row in page.find("tr") if "Capital 39?" in row["text"]]
    assert len(surest) == 1
    assert surest[0].strip().endswith("0.975")
