import numpy as np
import pytest

from rolewright.confidence.calibration import Calibration, HeldOutQuality, Route
from rolewright.confidence.calibrators import PlattMap
from rolewright.confidence.fusion import WAVES, FusedMap
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.guarantee import Certificate
from rolewright.confidence.metrics import auroc
from rolewright.confidence.report_card import judge, report_card
from rolewright.errors import UserError

pytestmark = pytest.mark.usefixtures("few_resamples")
MILLISECONDS = {"decoding": 100.0, "softmax": 0.25, "head": 0.5, "dropout": 8.0}


def test_intervals_cover_the_truth(monkeypatch):
    """AUROC of two normal distributions one deviation apart: Phi(1 / sqrt 2) = 0.760."""
    monkeypatch.setattr("rolewright.confidence.report_card.MEASURES", {"auroc": auroc})
    draw, covered = np.random.default_rng(0), 0
    for seed in range(60):
        correct = draw.uniform(size=200) < 0.5
        values = 1 / (1 + np.exp(-(draw.normal(size=200) + correct)))
        card = report_card(values.tolist(), correct.tolist(), resamples=150, seed=seed)
        covered += card["auroc"].low <= 0.760 <= card["auroc"].high
    assert covered >= 60 * 0.95 - 3 * (60 * 0.95 * 0.05) ** 0.5


def test_answers_of_one_question_are_drawn_together():
    draw = np.random.default_rng(0)
    values, correct = draw.uniform(size=30), draw.uniform(size=30) < 0.5
    once = report_card(values.tolist(), correct.tolist(), resamples=300)["brier"]
    again = report_card(
        np.tile(values, 8).tolist(),
        np.tile(correct, 8).tolist(),
        groups=list(range(30)) * 8,
        resamples=300,
    )["brier"]
    assert again.value == pytest.approx(once.value)
    assert again.high - again.low == pytest.approx(once.high - once.low, rel=0.3)


@pytest.mark.parametrize("answers", [30, 200])
def test_a_value_lies_in_its_interval(answers):
    """Of what is computed by bins too, where resamples of calibrated answers lie all above it."""
    values = (np.arange(answers) + 0.5) / answers
    correct = np.diff(np.floor(np.cumsum(values)), prepend=0) > 0  # in each bin as many as it says
    card = report_card(values.tolist(), correct.tolist())
    for name, found in card.items():
        assert found.low - 1e-9 <= found.value <= found.high + 1e-9, name
    assert card["ece"].low < card["ece"].value < card["ece"].high


def test_one_kind_of_answer_has_no_card():
    with pytest.raises(ValueError, match="at least one right and one wrong"):
        report_card([0.1, 0.2], [True, True])


def calibration(certificate=None):
    quality = HeldOutQuality(auroc=0.5, brier=0.25, ece=0.1)
    platt = {"method": "platt", "map": PlattMap(slope=1, intercept=0)}
    map_ = FusedMap(
        scores=("sequence_probability", "head"),
        means=(0, 0),
        scales=(1, 1),
        weights=(0.7, 0.3, *[0.0] * WAVES),
        intercept=0,
    )
    fused = {"method": "stacking", "map": map_}
    return Calibration(
        score="fused",
        **fused,
        routes={
            "softmax": Route(score="sequence_probability", held_out=quality, **platt),
            "head": Route(score="head", held_out=quality, **platt),
            "fused": Route(score="fused", held_out=quality, **fused),
        },
        questions=1,
        accuracy=0.5,
        abstain_below=0.6,
        held_out=quality,
        comparison=(),
        graded=(),
        certificate=certificate,
    )


def graded(number, right):
    draw = np.random.default_rng(0)
    return [
        GradedAnswer(
            id=str(row),
            question=f"Q{row}",
            expected=("A",),
            answer="A",
            correct=row % 5 < right,
            scores={"sequence_probability": p, "head": q},
        )
        for row, (p, q) in enumerate(draw.uniform(0.05, 0.95, size=(number, 2)).tolist())
    ]


def test_a_route_costs_what_the_routes_that_it_reads_cost():
    card = judge(calibration(), graded(30, 3), MILLISECONDS).card
    costs = {name: route["milliseconds"] for name, route in card["routes"].items()}
    assert costs == {"softmax": 0.25, "head": 0.5, "fused": 0.75}
    assert card["decoding_milliseconds"] == 100.0


def test_confidences_are_those_that_the_card_was_made_from():
    answers = graded(30, 3)
    judgement = judge(calibration(), answers, MILLISECONDS)
    assert judgement.confidences.keys() == judgement.card["routes"].keys()
    assert judgement.confidences["head"] == pytest.approx([a.scores["head"] for a in answers])
    for name, values in judgement.confidences.items():
        measured = judgement.card["routes"][name]["measures"]["brier"]["value"]
        gaps = [(value - a.correct) ** 2 for value, a in zip(values, answers, strict=True)]
        assert np.mean(gaps) == pytest.approx(measured)
    in_force = judgement.confidences[judgement.card["in_force"]]
    assert judgement.card["threshold"]["answered"] == sum(value >= 0.6 for value in in_force)
    wrong = [v for v, a in zip(in_force, answers, strict=True) if not a.correct]
    surest = [row["confidence"] for row in judgement.card["overconfident"]]
    assert surest == sorted(wrong, reverse=True)[:10]


@pytest.mark.parametrize("threshold", [0.6, None])
def test_a_promise_is_told_where_one_is_kept(threshold):
    counts = {"tested": 50, "answered": 20, "wrong": 0, "error_bound": 0.1, "least_needed": 9}
    certificate = Certificate(max_error=0.2, delta=0.1, threshold=threshold, **counts)
    card = judge(calibration(certificate), graded(30, 3), MILLISECONDS).card
    promise = None if threshold is None else {"max_error": 0.2, "delta": 0.1}
    assert card["threshold"]["promise"] == promise


def test_answers_of_one_kind_cannot_judge():
    with pytest.raises(UserError, match="30 of 30 right"):
        judge(calibration(), graded(30, 5), MILLISECONDS)
