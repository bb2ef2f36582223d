"""Fit a confidence to a model's own graded answers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from rolewright.confidence.calibrators import FIT, CalibrationMap, IsotonicMap, Method, PlattMap
from rolewright.confidence.guarantee import Certificate, candidate_thresholds, certify
from rolewright.confidence.metrics import measure
from rolewright.confidence.softmax import SCORES
from rolewright.errors import UserError

FOLDS = 5
LEAST_OF_EACH = 5
"""Right and wrong answers without which nothing is fitted: one for each fold."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GradedAnswer(_Record):
    """A question with the model's own answer to it."""

    id: str
    question: str
    expected: tuple[str, ...]
    answer: str
    correct: bool
    scores: dict[str, float]
    """As ``softmax_scores`` computes them."""
    confidence: float | None = None
    """Held out: of a map that was fitted without this answer."""


class HeldOutQuality(_Record):
    """Measured on answers by maps that were fitted without them (``metrics.Quality``)."""

    auroc: float
    brier: float
    ece: float


class Candidate(HeldOutQuality):
    """A score and a way to calibrate it."""

    score: str
    method: Method


class Calibration(_Record):
    """What a bundle keeps: the map in force, and how good it is."""

    format: Literal["rolewright.calibration/1"] = Field(
        default="rolewright.calibration/1", alias="schema", serialization_alias="schema"
    )
    score: str
    """The raw score that is calibrated."""
    method: Method
    map: CalibrationMap
    questions: int
    accuracy: float
    abstain_below: float
    """An answer with less confidence is marked as abstained."""
    held_out: HeldOutQuality
    """Of the whole procedure, the choice of score and map included (nested cross-validation)."""
    comparison: tuple[Candidate, ...]
    """Every score with its better method, best Brier score first."""
    graded: tuple[GradedAnswer, ...]
    """Those that the map was fitted to."""
    certificate: Certificate | None = None
    """None = no promise was asked for."""

    def confidence(self, scores: Mapping[str, float]) -> float:
        """The confidence of an answer with these raw scores, in [0, 1]."""
        return self.map.apply([surety(self.score, scores[self.score])])[0]

    def certifies(self, confidence: float) -> bool:
        """Whether a promise covers answers of this confidence."""
        promised = None if self.certificate is None else self.certificate.threshold
        return promised is not None and confidence >= promised


def surety(score: str, value: float) -> float:
    """A raw score as a number in [0, 1] that rises with surety."""
    return math.exp(-value) if score == "mean_entropy" else value


def calibrate(graded: Sequence[GradedAnswer], *, abstain_below: float) -> Calibration:
    """Choose the score and the map by their cross-validated Brier scores, and fit them.

    The held-out confidences come from nested cross-validation: within each fold the choice is made
    again without the fold's answers, so that the best of twelve does not flatter itself. The same
    question asked twice always falls into one fold.

    Args:
        graded: the model's own answers to questions it was not trained on.
        abstain_below: in [0, 1].

    Raises:
        UserError: too few right or too few wrong answers, or too few different questions.
    """
    answers = _Answers.of(graded)
    right, wrong = int(answers.correct.sum()), int((~answers.correct).sum())
    if min(right, wrong) < LEAST_OF_EACH:
        raise UserError.at(
            "the graded questions",
            f"the model answers {right} of them right and {wrong} wrong",
            expected=f"at least {LEAST_OF_EACH} of each, better 100",
            fix="add questions that are " + ("easier" if right < wrong else "harder"),
        )
    comparison = _compare(answers)
    best = comparison[0]
    held_out = np.zeros(len(graded))
    for fitting, judged in answers.folds():
        inner = answers.part(fitting)
        chosen = _compare(inner)[0]
        fitted = inner.fit(chosen.score, chosen.method)
        held_out[judged] = fitted.apply(answers.sureties[chosen.score][judged].tolist())
    confidences = held_out.tolist()
    return Calibration(
        score=best.score,
        method=best.method,
        map=answers.fit(best.score, best.method),
        questions=len(graded),
        accuracy=right / len(graded),
        abstain_below=abstain_below,
        held_out=HeldOutQuality(**asdict(measure(confidences, answers.correct.tolist()))),
        comparison=tuple(comparison),
        graded=tuple(
            answer.model_copy(update={"confidence": value})
            for answer, value in zip(graded, confidences, strict=True)
        ),
    )


def calibrate_with_promise(
    graded: Sequence[GradedAnswer], *, max_error: float, delta: float, abstain_below: float
) -> Calibration:
    """Fit a confidence to one half of the answers, and certify a threshold of it on the other.

    Args:
        graded: the model's own answers to questions it was not trained on.
        max_error: the share of wrong answers to promise, in (0, 1).
        delta: probability that the promise may fail, in (0, 1).
        abstain_below: where no threshold can be certified; else the certified one.

    Raises:
        UserError: too few right or too few wrong answers, or too few different questions.
    """
    answers = _Answers.of(graded)
    fitting, testing = answers.halves()
    calibration = calibrate([graded[row] for row in fitting], abstain_below=abstain_below)
    fitted = calibration.map.apply(answers.sureties[calibration.score].tolist())
    thresholds = candidate_thresholds(
        [fitted[row] for row in fitting], tested=len(testing), max_error=max_error, delta=delta
    )
    certificate = certify(
        [fitted[row] for row in testing],
        answers.correct[testing].tolist(),
        thresholds,
        max_error=max_error,
        delta=delta,
    )
    threshold = abstain_below if certificate.threshold is None else certificate.threshold
    return calibration.model_copy(update={"certificate": certificate, "abstain_below": threshold})


@dataclass(frozen=True, slots=True)
class _Answers:
    """Graded answers as arrays.

    Attributes:
        sureties: by score name, shape (answers,).
        correct: shape (answers,).
        groups: equal for equal questions, shape (answers,).
    """

    sureties: dict[str, NDArray[np.float64]]
    correct: NDArray[np.bool_]
    groups: NDArray[np.int64]

    @classmethod
    def of(cls, graded: Sequence[GradedAnswer]) -> "_Answers":
        sureties = {
            score: np.array([surety(score, answer.scores[score]) for answer in graded])
            for score in SCORES
        }
        correct = np.array([answer.correct for answer in graded], dtype=bool)
        groups = np.unique([answer.question for answer in graded], return_inverse=True)[1]
        return cls(sureties, correct, groups)

    def part(self, rows: NDArray[np.int64]) -> "_Answers":
        sureties = {score: values[rows] for score, values in self.sureties.items()}
        return _Answers(sureties, self.correct[rows], self.groups[rows])

    def halves(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of two halves that have no question in common, drawn without a look at the scores.

        Raises:
            UserError: there are fewer than two different questions.
        """
        if len(set(self.groups.tolist())) < 2:
            raise UserError.at(
                "the graded questions",
                f"{len(set(self.groups.tolist()))} of them are different",
                expected="hundreds: one half is fitted to, the other keeps the promise",
            )
        from sklearn.model_selection import GroupShuffleSplit

        splitter = GroupShuffleSplit(1, test_size=0.5, random_state=0)
        first, second = next(splitter.split(self.groups, groups=self.groups))
        return np.asarray(first), np.asarray(second)

    def folds(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Rows to fit to and rows to judge, ``FOLDS`` times, or as often as the rarer kind allows.

        Raises:
            UserError: too few different questions for every fold to have both kinds to fit to.
        """
        from sklearn.model_selection import StratifiedGroupKFold

        number = min(FOLDS, int(self.correct.sum()), int((~self.correct).sum()))
        folds = []
        if number <= len(set(self.groups.tolist())):
            splitter = StratifiedGroupKFold(number, shuffle=True, random_state=0)
            folds = list(splitter.split(self.groups, self.correct, self.groups))
        if not folds or any(len(set(self.correct[fitting].tolist())) < 2 for fitting, _ in folds):
            raise UserError.at(
                "the graded questions",
                "all right or all wrong answers belong to a few questions asked again and again",
                fix="add different questions",
            )
        return folds

    def fit(self, score: str, method: Method) -> PlattMap | IsotonicMap:
        return FIT[method](self.sureties[score].tolist(), self.correct.tolist())


def _compare(answers: _Answers) -> list[Candidate]:
    """Every score with its better map, best Brier score first.

    The isotonic map, which has more freedom and may claim certainty, is taken only where it is
    better by more than a standard error (Breiman et al. 1984, section 3.4.3).
    """
    folds = answers.folds()
    candidates = []
    for score in SCORES:
        platt, isotonic = (_cross_validate(answers, folds, score, m) for m in _SIMPLEST_FIRST)
        gains = (platt - answers.correct) ** 2 - (isotonic - answers.correct) ** 2
        clearly = gains.mean() > gains.std(ddof=1) / math.sqrt(len(gains))
        method: Method = "isotonic" if clearly else "platt"
        quality = measure((isotonic if clearly else platt).tolist(), answers.correct.tolist())
        candidates.append(Candidate(score=score, method=method, **asdict(quality)))
    return sorted(candidates, key=lambda candidate: candidate.brier)


_SIMPLEST_FIRST: tuple[Method, Method] = ("platt", "isotonic")


def _cross_validate(
    answers: _Answers,
    folds: list[tuple[NDArray[np.int64], NDArray[np.int64]]],
    score: str,
    method: Method,
) -> NDArray[np.float64]:
    """The confidence of each answer by a map that was not fitted to it, shape (answers,)."""
    confidence = np.zeros(len(answers.correct))
    for fitting, judged in folds:
        fitted = answers.part(fitting).fit(score, method)
        confidence[judged] = fitted.apply(answers.sureties[score][judged].tolist())
    return confidence
