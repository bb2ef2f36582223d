"""Whether answers still look like those that a confidence was fitted to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from rolewright.confidence.answer_log import LoggedAnswer
from rolewright.confidence.answers import first_asked
from rolewright.confidence.betting import e_process
from rolewright.confidence.calibration import Calibration
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.multiple_testing import adjust_p_values
from rolewright.errors import Place

DriftVerdict = Literal["no drift found", "drift found", "too few to tell"]
LEAST_QUESTIONS = 20
"""Different questions, logged and graded each, without which finding nothing means nothing."""
CONFIDENCE = "confidence"
_SAME = 1e-6

Scores = Mapping[str, float]
Asked = TypeVar("Asked", GradedAnswer, LoggedAnswer)


@dataclass(frozen=True, slots=True)
class ScoreDrift:
    """How a score of logged answers is distributed beside its distribution at calibration.

    Attributes:
        score: its name; "confidence" is that of the map in force.
        calibration_median: over the answers that the map was fitted to.
        log_median: over the logged answers.
        statistic: largest distance of the two distribution functions (Kolmogorov–Smirnov).
        p_value: of no difference.
        adjusted_p_value: Holm's, for all scores together.
    """

    score: str
    calibration_median: float
    log_median: float
    statistic: float
    p_value: float
    adjusted_p_value: float


@dataclass(frozen=True, slots=True)
class PromiseWatch:
    """What labels say of a certificate's promise.

    Attributes:
        max_error: the share of wrong answers that was promised at most.
        delta: the probability with which an alarm may be false.
        threshold: from which confidence on.
        labelled: answers with this confidence and a label.
        wrong: of them.
        e_value: after the last of them; 1 where there is none.
        max_e_value: the largest so far, at least 1.
        alarm_at: of the answer with which the e-value reached 1/delta; None = no alarm.
    """

    max_error: float
    delta: float
    threshold: float
    labelled: int
    wrong: int
    e_value: float
    max_e_value: float
    alarm_at: Place | None


@dataclass(frozen=True, slots=True)
class DriftReport:
    """What logged answers say of a calibration.

    Attributes:
        verdict: "too few to tell" where scores are not compared and labels raise no alarm.
        answers: logged.
        questions: different ones among them.
        calibration_questions: different ones that the map was fitted to.
        other_confidences: logged answers whose confidence is not that of the map in force.
        alpha: level of all scores together.
        scores: "confidence" first; empty with too few questions.
        promise: None without a certified threshold.
    """

    verdict: DriftVerdict
    answers: int
    questions: int
    calibration_questions: int
    other_confidences: int
    alpha: float
    scores: tuple[ScoreDrift, ...]
    promise: PromiseWatch | None

    @property
    def changed(self) -> list[ScoreDrift]:
        """The scores that are distributed otherwise."""
        return [score for score in self.scores if score.adjusted_p_value < self.alpha]


def find_drift(
    calibration: Calibration, logged: Sequence[LoggedAnswer], *, alpha: float
) -> DriftReport:
    """Compare logged answers with those at calibration, and labels with the promise.

    Of a question that was asked several times the first answer counts, and with labels the first
    that has one. While nothing has changed, drift is found with a probability of at most ``alpha``
    by the scores, and of at most the certificate's ``delta`` by the labels, however often they are
    looked at.

    Args:
        calibration: of a bundle.
        logged: in the order in which they were given, with the scores that its map reads.
        alpha: in (0, 1).
    """
    confidences = [calibration.confidence(answer.scores) for answer in logged]
    once = _once(logged)
    graded = _once(calibration.graded)
    enough = min(len(once), len(graded)) >= LEAST_QUESTIONS
    scores: tuple[ScoreDrift, ...] = ()
    if enough:
        scores = compare_scores(calibration, [a.scores for a in graded], [a.scores for a in once])
    promise = watch_promise(calibration, _once([a for a in logged if a.correct is not None]))
    changed = any(score.adjusted_p_value < alpha for score in scores)
    alarm = promise is not None and promise.alarm_at is not None
    verdict: DriftVerdict = "no drift found" if enough else "too few to tell"
    return DriftReport(
        verdict="drift found" if changed or alarm else verdict,
        answers=len(logged),
        questions=len(once),
        calibration_questions=len(graded),
        other_confidences=sum(
            answer.confidence is not None and abs(answer.confidence - value) > _SAME
            for answer, value in zip(logged, confidences, strict=True)
        ),
        alpha=alpha,
        scores=scores,
        promise=promise,
    )


def compare_scores(
    calibration: Calibration, graded: Sequence[Scores], logged: Sequence[Scores]
) -> tuple[ScoreDrift, ...]:
    """Compare the confidence in force, and each raw score that all answers have.

    By two-sample Kolmogorov–Smirnov tests (conservative where values repeat) with Holm's
    correction. Both samples get their confidence from the map in force: the held-out confidences of
    the calibration come from five other maps, which differ from it without any drift.

    Args:
        calibration: whose map is in force.
        graded: raw scores of the answers it was fitted to, each question once, at least one.
        logged: raw scores of logged answers, each question once, at least one.
    """
    from scipy.stats import ks_2samp

    samples = {
        CONFIDENCE: (
            [calibration.confidence(scores) for scores in graded],
            [calibration.confidence(scores) for scores in logged],
        )
    }
    for name in graded[0]:
        if all(name in scores for scores in (*graded, *logged)):
            samples[name] = [each[name] for each in graded], [each[name] for each in logged]
    tests = [ks_2samp(then, now) for then, now in samples.values()]
    adjusted = adjust_p_values([float(test.pvalue) for test in tests])
    return tuple(
        ScoreDrift(
            score=name,
            calibration_median=float(np.median(then)),
            log_median=float(np.median(now)),
            statistic=float(test.statistic),
            p_value=float(test.pvalue),
            adjusted_p_value=p_value,
        )
        for (name, (then, now)), test, p_value in zip(samples.items(), tests, adjusted, strict=True)
    )


def watch_promise(
    calibration: Calibration, labelled: Sequence[LoggedAnswer]
) -> PromiseWatch | None:
    """Test the promise of a certificate by labels that come in one after the other.

    Args:
        calibration: whose certificate is meant.
        labelled: answers with a label, in the order of the log, each question once.

    Returns:
        None where nothing is promised.
    """
    certificate = calibration.certificate
    if certificate is None or certificate.threshold is None:
        return None
    above = [a for a in labelled if calibration.certifies(calibration.confidence(a.scores))]
    wrong = [not answer.correct for answer in above]
    wealth = e_process(wrong, certificate.max_error).tolist()
    alarms = [a for a, value in zip(above, wealth, strict=True) if value >= 1 / certificate.delta]
    return PromiseWatch(
        max_error=certificate.max_error,
        delta=certificate.delta,
        threshold=certificate.threshold,
        labelled=len(above),
        wrong=sum(wrong),
        e_value=wealth[-1] if wealth else 1.0,
        max_e_value=max([1.0, *wealth]),
        alarm_at=alarms[0].place if alarms else None,
    )


def _once(answers: Sequence[Asked]) -> list[Asked]:
    """The first answer to each question: the same one asked again is no further evidence."""
    return [answers[row] for row in first_asked([answer.question for answer in answers])]
