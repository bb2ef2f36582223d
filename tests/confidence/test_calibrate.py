import math

import numpy as np
import pytest

from rolewright.confidence.calibrate import calibrate as fit
from rolewright.confidence.calibration import Calibration
from rolewright.confidence.calibrators import FIT, methods_for
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.guarantee import Promise
from rolewright.confidence.promise import calibrate_with_promise
from rolewright.confidence.scores import SOFTMAX_SCORES as SCORES
from rolewright.confidence.scores import surety
from rolewright.errors import UserError


def calibrate(graded, **settings):
    return fit(graded, **settings).calibration


def noise(number, questions=None, seed=0):
    """Answers whose scores say nothing; a question asked again gets the same answer."""
    draw = np.random.default_rng(seed)
    kinds = [
        (bool(draw.uniform() < 0.5), {name: float(draw.uniform(0.05, 0.95)) for name in SCORES})
        for _ in range(questions or number)
    ]
    rows = []
    for index in range(number):
        which = index % len(kinds)
        correct, scores = kinds[which]
        rows.append(
            GradedAnswer(
                id=str(index),
                question=f"Q{which}",
                expected=("A",),
                answer="A",
                correct=correct,
                scores=scores,
            )
        )
    return rows


def graded_answers(number, seed=0, informative="sequence_probability"):
    """Answers of which one score tells the truth, and the others nothing."""
    draw = np.random.default_rng(seed)
    rows = []
    for index in range(number):
        scores = {name: float(draw.uniform(0.05, 0.95)) for name in SCORES}
        chance = surety(informative, scores[informative]) ** 2
        rows.append(
            GradedAnswer(
                id=str(index),
                question=f"Q{index}",
                expected=("A",),
                answer="A",
                correct=bool(draw.uniform() < chance),
                scores=scores,
            )
        )
    return rows


@pytest.mark.parametrize("informative", ["sequence_probability", "mean_entropy"])
def test_the_informative_score_is_chosen_and_calibrated(informative):
    calibration = calibrate(graded_answers(1500, informative=informative), abstain_below=0.5)
    assert calibration.score == informative
    fresh = graded_answers(3000, seed=1, informative=informative)
    confidence = np.array([calibration.confidence(answer.scores) for answer in fresh])
    truth = np.array([surety(informative, answer.scores[informative]) ** 2 for answer in fresh])
    assert np.abs(confidence - truth).mean() < 0.06
    assert [c.brier for c in calibration.comparison] == sorted(
        c.brier for c in calibration.comparison
    )


def test_held_out_confidence_comes_from_maps_that_did_not_see_the_answer():
    """On noise an in-sample isotonic map would look informative; a held-out one must not."""
    calibration = calibrate(graded_answers(400, informative="mean_margin"), abstain_below=0.5)
    noise = [c for c in calibration.comparison if c.score not in ("mean_margin", "fused")]
    assert all(abs(candidate.auroc - 0.5) < 0.1 for candidate in noise)
    assert all(answer.confidence is not None for answer in calibration.graded)


def step_answers(number, height):
    """Answers that are right with one chance below a score of 0.5 and with another above it."""
    draw = np.random.default_rng(0)
    rows = []
    for row in noise(number):
        chance = height if row.scores["mean_margin"] > 0.5 else 1 - height
        rows.append(row.model_copy(update={"correct": bool(draw.uniform() < chance)}))
    return rows


def test_a_less_simple_map_is_taken_only_where_it_is_clearly_better():
    clearly = calibrate(step_answers(1500, 0.97), abstain_below=0.5)
    assert (clearly.score, clearly.method) == ("mean_margin", "isotonic")
    methods = [
        candidate.method
        for seed in range(4)
        for candidate in calibrate(noise(60, seed=seed), abstain_below=0.5).comparison
        if candidate.score != "fused"
    ]
    assert methods.count("platt") >= 0.85 * len(methods)  # the rest are chance


def test_a_temperature_is_tried_where_the_score_is_a_probability_of_being_right():
    assert methods_for("head") == tuple(FIT)
    assert methods_for("mean_probability") == ("platt", "beta", "histogram", "isotonic")
    graded, features = with_features(400)
    found = fit(graded, features=features, abstain_below=0.5).calibration
    assert found.routes["head"].method == "temperature"


def test_the_best_of_twelve_does_not_flatter_itself_on_noise():
    aurocs = [
        calibrate(noise(100, seed=seed), abstain_below=0.5).held_out.auroc for seed in range(12)
    ]
    # Its own folds would report 0.57 on average; a standard error is 0.02.
    assert np.mean(aurocs) < 0.55


def test_questions_asked_again_do_not_leak_into_other_folds():
    aurocs = [
        calibrate(noise(200, questions=40, seed=seed), abstain_below=0.5).held_out.auroc
        for seed in range(6)
    ]
    assert np.mean(aurocs) < 0.65  # 0.83 where they do


def test_right_answers_of_one_question_only_are_refused():
    rows = [row.model_copy(update={"correct": False}) for row in noise(60)]
    rows += [row.model_copy(update={"correct": True, "question": "again"}) for row in rows[:12]]
    with pytest.raises(UserError, match="again and again"):
        calibrate(rows, abstain_below=0.5)


def test_a_calibration_survives_json():
    calibration = calibrate(graded_answers(60), abstain_below=0.4)
    text = calibration.model_dump_json(by_alias=True)
    assert '"schema":"rolewright.calibration/3"' in text
    again = Calibration.model_validate_json(text)
    assert again == calibration
    scores = calibration.graded[0].scores
    assert again.confidence(scores) == calibration.confidence(scores)


@pytest.mark.parametrize(("right", "advice"), [(2, "easier"), (38, "harder")])
def test_too_few_of_a_kind_are_refused(right, advice):
    rows = graded_answers(40)
    rows = [row.model_copy(update={"correct": i < right}) for i, row in enumerate(rows)]
    with pytest.raises(UserError, match=advice):
        calibrate(rows, abstain_below=0.5)


def test_entropy_becomes_a_surety():
    assert surety("mean_entropy", 0) == 1
    assert surety("mean_entropy", math.log(2)) == pytest.approx(0.5)
    assert surety("mean_margin", 0.3) == 0.3


def test_a_promise_is_tested_on_answers_that_nothing_was_fitted_to():
    graded = graded_answers(1200)
    found = calibrate_with_promise(graded, Promise(0.4, 0.1), abstain_below=0.5).calibration
    certificate = found.certificate
    assert certificate.tested == 600
    assert found.questions == len(found.graded) == 600
    fitted_to = {answer.question for answer in found.graded}
    tested = [answer for answer in graded if answer.question not in fitted_to]
    assert len(tested) == 600
    confident = [a for a in tested if found.confidence(a.scores) >= certificate.threshold]
    assert len(confident) == certificate.answered > 50
    assert sum(not answer.correct for answer in confident) == certificate.wrong
    assert certificate.error_bound <= 0.4
    assert found.abstain_below == certificate.threshold
    assert found.certifies(certificate.threshold)
    assert not found.certifies(certificate.threshold - 1e-9)
    again = type(found).model_validate_json(found.model_dump_json(by_alias=True))
    assert again == found


def test_what_cannot_be_promised_is_not():
    found = calibrate_with_promise(
        graded_answers(100), Promise(0.05, 0.05), abstain_below=0.4
    ).calibration
    assert (found.certificate.threshold, found.certificate.least_needed) == (None, 59)
    assert found.abstain_below == 0.4
    assert not found.certifies(1.0)


def test_a_question_asked_again_and_again_cannot_be_divided():
    graded = [a.model_copy(update={"question": "Q"}) for a in graded_answers(40)]
    with pytest.raises(UserError, match="the graded questions: 1 of them are different"):
        calibrate_with_promise(graded, Promise(0.1, 0.1), abstain_below=0.5)


def with_features(number, seed=0, informative=4):
    """Answers of which features tell the truth, and all scores nothing."""
    draw = np.random.default_rng(seed)
    features = draw.normal(size=(number, 40)).astype(np.float32)
    chance = 1 / (1 + np.exp(-1.5 * features[:, :informative].sum(axis=1)))
    rows = [
        row.model_copy(update={"correct": bool(draw.uniform() < p)})
        for row, p in zip(noise(number, seed=seed), chance, strict=True)
    ]
    return rows, features


@pytest.mark.parametrize("head_kind", ["linear", "mlp"])
def test_a_head_that_knows_is_found_and_fused(head_kind):
    graded, features = with_features(500)
    fitted = fit(graded, features=features, head_kind=head_kind, abstain_below=0.5)
    found = fitted.calibration
    assert set(found.routes) == {"softmax", "head", "fused"}
    assert found.routes["head"].held_out.auroc > 0.8
    assert found.routes["softmax"].held_out.auroc < 0.6
    assert "head" in found.needs()
    fresh, states = with_features(500, seed=1)
    heard = fitted.head.apply(states)
    confidence = [
        found.confidence(answer.scores | {"head": float(score)})
        for answer, score in zip(fresh, heard, strict=True)
    ]
    right = np.array([answer.correct for answer in fresh])
    assert np.mean(np.array(confidence)[right]) > np.mean(np.array(confidence)[~right]) + 0.3
    again = Calibration.model_validate_json(found.model_dump_json(by_alias=True))
    assert again == found


def test_a_head_does_not_flatter_itself_on_noise():
    """640 inputs and 120 answers: a head that judged its own answers would be right on all."""
    aurocs = []
    for seed in range(4):
        features = np.random.default_rng(seed).normal(size=(120, 640)).astype(np.float32)
        found = fit(noise(120, seed=seed), features=features, abstain_below=0.5).calibration
        aurocs += [found.routes["head"].held_out.auroc, found.held_out.auroc]
        kept = np.array([answer.scores["head"] for answer in found.graded])
        right = np.array([answer.correct for answer in found.graded])
        aurocs.append(float((kept[right][:, None] > kept[~right]).mean()))
    assert np.mean(aurocs) < 0.57


def test_a_promise_is_tested_by_a_head_that_did_not_see_the_answers():
    graded, features = with_features(800)
    fitted = calibrate_with_promise(graded, Promise(0.3, 0.1), features=features, abstain_below=0.5)
    certificate, calibration = fitted.calibration.certificate, fitted.calibration
    fitted_to = {answer.question for answer in calibration.graded}
    heard = fitted.head.apply(features)
    confident = [
        answer
        for answer, score in zip(graded, heard, strict=True)
        if answer.question not in fitted_to
        and calibration.confidence(answer.scores | {"head": float(score)}) >= certificate.threshold
    ]
    assert len(confident) == certificate.answered > 50
    assert sum(not answer.correct for answer in confident) == certificate.wrong


def test_a_certificate_expires_with_its_conditions():
    found = calibrate_with_promise(
        graded_answers(200), Promise(0.6, 0.1), abstain_below=0.5
    ).calibration.certificate
    made = found.model_copy(update={"conditions": {"role": "a", "precision": "float32"}})
    assert made.expired({"role": "a", "precision": "float32"}) == []
    assert made.expired({"role": "b", "precision": "float32"}) == ["role"]
    assert made.expired({"role": "a"}) == ["precision"]
    assert made.expired({"role": "a", "precision": "float32", "new": "x"}) == ["new"]
