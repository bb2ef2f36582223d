import numpy as np
import pytest
from scipy.stats import binom, ks_2samp

from rolewright.confidence.answer_log import LoggedAnswer
from rolewright.confidence.calibrate import calibrate
from rolewright.confidence.drift import compare_scores, find_drift
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.guarantee import Certificate
from rolewright.confidence.multiple_testing import adjust_p_values
from rolewright.errors import Place

NAMES = ("mean_probability", "min_probability", "mean_entropy", "answer_tokens")


def world(draw, number, *, shift=0.0):
    """Raw scores of answers that depend on one another, and whether each answer is right."""
    sure = draw.normal(size=number) - shift
    probability = 1 / (1 + np.exp(-(sure[:, None] + draw.normal(size=(number, 2)) / 2)))
    entropy = np.exp(-sure + draw.normal(size=number) / 2)
    tokens = 1.0 + draw.poisson(2, number)
    values = np.column_stack([probability, entropy, tokens])
    scores = [dict(zip(NAMES, map(float, row), strict=True)) for row in values]
    return scores, draw.random(number) < 1 / (1 + np.exp(-2 * sure))


def calibration_of(scores, correct):
    graded = [
        GradedAnswer(id=str(n), question=f"{n}?", expected=(), answer="", correct=bool(c), scores=s)
        for n, (s, c) in enumerate(zip(scores, correct, strict=True))
    ]
    return calibrate(graded, abstain_below=0.5).calibration


@pytest.fixture(scope="module")
def calibration():
    return calibration_of(*world(np.random.default_rng(1), 200))


def promising(calibration, *, max_error=0.1, delta=0.05, threshold=0.5):
    certificate = Certificate(
        max_error=max_error,
        delta=delta,
        threshold=threshold,
        tested=100,
        answered=60,
        wrong=1,
        error_bound=0.08,
        least_needed=29,
    )
    return calibration.model_copy(update={"certificate": certificate})


def logged(scores, correct=None, questions=None):
    return [
        LoggedAnswer(
            Place("log.jsonl", row + 1),
            questions[row] if questions else f"new {row}?",
            scores[row],
            None,
            None if correct is None else correct[row],
        )
        for row in range(len(scores))
    ]


def test_each_score_is_compared_as_scipy_does(calibration):
    scores, _ = world(np.random.default_rng(2), 60, shift=0.3)
    found = {s.score: s for s in find_drift(calibration, logged(scores), alpha=0.01).scores}
    assert list(found) == ["confidence", *NAMES]
    for name in NAMES:
        then = [answer.scores[name] for answer in calibration.graded]
        now = [each[name] for each in scores]
        reference = ks_2samp(then, now)
        assert found[name].statistic == reference.statistic
        assert found[name].p_value == reference.pvalue
        assert found[name].calibration_median == np.median(then)
        assert found[name].log_median == np.median(now)
    assert found["confidence"].log_median == pytest.approx(
        np.median([calibration.confidence(each) for each in scores])
    )
    adjusted = adjust_p_values([each.p_value for each in found.values()])
    assert [each.adjusted_p_value for each in found.values()] == adjusted


def test_the_logged_confidence_is_not_trusted_but_compared(calibration):
    scores, _ = world(np.random.default_rng(2), 30)
    answers = logged(scores)
    given_with = [
        LoggedAnswer(a.place, a.question, a.scores, confidence, None)
        for a, confidence in zip(
            answers, [calibration.confidence(scores[0]), *[0.123] * 29], strict=True
        )
    ]
    found = find_drift(calibration, given_with, alpha=0.01)
    assert found.other_confidences == 29
    assert found.scores == find_drift(calibration, answers, alpha=0.01).scores


def test_a_score_that_one_answer_lacks_is_not_compared(calibration):
    scores, _ = world(np.random.default_rng(2), 30)
    best = calibration.routes["softmax"]  # reads one score, the fusion all of them
    of_one = {"score": best.score, "method": best.method, "map": best.map}
    calibration = calibration.model_copy(update=of_one)
    unread = next(name for name in NAMES if name not in calibration.reads())
    del scores[7][unread]
    names = [s.score for s in find_drift(calibration, logged(scores), alpha=0.01).scores]
    assert names == ["confidence", *(name for name in NAMES if name != unread)]


def test_false_alarms_come_no_more_often_than_alpha():
    """The confidence too: its map was fitted to one of the two samples that it compares."""
    draw = np.random.default_rng(0)
    alarms, raw = 0, []
    for _ in range(5):
        calibration = calibration_of(*world(draw, 150))
        graded = [answer.scores for answer in calibration.graded]
        for _ in range(20):
            found = compare_scores(calibration, graded, world(draw, 100)[0])
            alarms += min(score.adjusted_p_value for score in found) < 0.1
            raw.append(found[0].p_value)
    assert alarms <= 10 + 3 * (100 * 0.1 * 0.9) ** 0.5
    assert 0.3 < np.mean(raw) < 0.7


def test_p_values_of_a_raw_score_are_uniform_without_a_change(calibration):
    draw = np.random.default_rng(0)
    p_values = []
    for _ in range(400):
        then, now = world(draw, 60)[0], world(draw, 40)[0]
        p_values.append(compare_scores(calibration, then, now)[1].p_value)
    for level in (0.05, 0.2, 0.5, 0.8):
        assert binom.cdf(sum(p <= level for p in p_values), 400, level) < 0.999
        assert np.mean(np.array(p_values) <= level) > level - 0.1


def test_a_change_is_found(calibration):
    scores, _ = world(np.random.default_rng(3), 100, shift=1.0)
    found = find_drift(calibration, logged(scores), alpha=0.01)
    assert found.verdict == "drift found"
    changed = [score.score for score in found.changed]
    assert {"confidence", *NAMES[:3]} == set(changed)
    assert found.scores[0].log_median < found.scores[0].calibration_median


def test_no_change_is_found(calibration):
    scores, _ = world(np.random.default_rng(3), 100)
    found = find_drift(calibration, logged(scores), alpha=0.01)
    assert (found.verdict, found.changed, found.promise) == ("no drift found", [], None)


def test_a_question_asked_again_is_no_further_evidence(calibration):
    scores, _ = world(np.random.default_rng(4), 40, shift=0.3)
    questions = [f"问题 {row}？" for row in range(40)]
    once = find_drift(calibration, logged(scores, questions=questions), alpha=0.01)
    again = find_drift(calibration, logged(scores * 30, questions=questions * 30), alpha=0.01)
    assert (again.answers, again.questions) == (1200, 40)
    assert again.scores == once.scores


@pytest.mark.parametrize(("number", "verdict"), [(19, "too few to tell"), (20, "drift found")])
def test_few_questions_tell_nothing(calibration, number, verdict):
    scores, _ = world(np.random.default_rng(5), number, shift=9)
    found = find_drift(
        calibration,
        logged(scores * 2, questions=list("abcdefghijklmnopqrst")[:number] * 2),
        alpha=0.01,
    )
    assert (found.verdict, found.questions) == (verdict, number)
    assert bool(found.scores) == (number == 20)


def test_few_questions_at_calibration_tell_nothing():
    scores, correct = world(np.random.default_rng(6), 19)
    correct[:5], correct[5:10] = True, False
    found = find_drift(calibration_of(scores, correct), logged(scores * 3), alpha=0.01)
    assert (found.verdict, found.calibration_questions) == ("too few to tell", 19)


def sure_and_unsure(calibration, number):
    """Scores of answers that reach a confidence of 0.5, and as many that do not."""
    scores, _ = world(np.random.default_rng(7), 20 * number)
    sure = [s for s in scores if calibration.confidence(s) >= 0.5]
    unsure = [s for s in scores if calibration.confidence(s) < 0.5]
    return sure[:number], unsure[:number]


def test_labels_raise_an_alarm_where_the_promise_is_not_kept(calibration):
    sure, _ = sure_and_unsure(calibration, 40)
    found = find_drift(
        promising(calibration), logged(sure, [row % 2 == 0 for row in range(40)]), alpha=1e-9
    )
    watch = found.promise
    assert found.verdict == "drift found"
    assert (watch.labelled, watch.wrong) == (40, 20)
    assert watch.max_e_value >= watch.e_value > 20
    place = watch.alarm_at
    assert place.file == "log.jsonl"
    before = find_drift(
        promising(calibration),
        logged(sure, [row % 2 == 0 for row in range(40)])[: place.line - 1],
        alpha=1e-9,
    )
    assert before.promise.alarm_at is None
    assert before.promise.max_e_value < 20


def test_an_alarm_stays_when_right_answers_follow(calibration):
    sure, _ = sure_and_unsure(calibration, 200)
    watch = find_drift(
        promising(calibration), logged(sure, [False] * 5 + [True] * 195), alpha=0.01
    ).promise
    assert watch.alarm_at is not None
    assert watch.e_value < 1
    assert watch.max_e_value >= 20


def test_an_alarm_needs_no_twenty_questions(calibration):
    sure, _ = sure_and_unsure(calibration, 6)
    found = find_drift(promising(calibration), logged(sure, [False] * 6), alpha=0.01)
    assert (found.verdict, found.scores) == ("drift found", ())


def test_only_labels_from_the_threshold_on_count(calibration):
    sure, unsure = sure_and_unsure(calibration, 20)
    answers = logged([*unsure, *sure], [False] * 20 + [True] * 10 + [None] * 10)
    watch = find_drift(promising(calibration), answers, alpha=0.01).promise
    assert (watch.labelled, watch.wrong, watch.alarm_at) == (10, 0, None)
    assert watch.e_value < 1 == watch.max_e_value


def test_a_question_labelled_again_counts_once_and_by_its_first_label(calibration):
    sure, _ = sure_and_unsure(calibration, 1)
    answers = logged(sure * 50, [None, False, *[True] * 48], ["同一个问题？"] * 50)
    watch = find_drift(promising(calibration), answers, alpha=0.01).promise
    assert (watch.labelled, watch.wrong) == (1, 1)


def test_without_labels_nobody_has_bet(calibration):
    sure, _ = sure_and_unsure(calibration, 30)
    watch = find_drift(promising(calibration), logged(sure), alpha=0.01).promise
    assert (watch.labelled, watch.e_value, watch.max_e_value, watch.alarm_at) == (0, 1, 1, None)


def test_without_a_certified_threshold_nothing_is_watched(calibration):
    scores, correct = world(np.random.default_rng(8), 30)
    answers = logged(scores, [bool(c) for c in correct])
    assert find_drift(calibration, answers, alpha=0.01).promise is None
    uncertified = promising(calibration, threshold=None)
    assert find_drift(uncertified, answers, alpha=0.01).promise is None
