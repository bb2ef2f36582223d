"""Fit a confidence to a model's own graded answers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from rolewright.confidence.calibrators import FIT, CalibrationMap, Method
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
    """Of the score and method in force."""
    comparison: tuple[Candidate, ...]
    """Every score with its better method, best Brier score first."""
    graded: tuple[GradedAnswer, ...]

    def confidence(self, scores: Mapping[str, float]) -> float:
        """The confidence of an answer with these raw scores, in [0, 1]."""
        return self.map.apply([surety(self.score, scores[self.score])])[0]


def surety(score: str, value: float) -> float:
    """A raw score as a number in [0, 1] that rises with surety."""
    return math.exp(-value) if score == "mean_entropy" else value


def calibrate(graded: Sequence[GradedAnswer], *, abstain_below: float) -> Calibration:
    """Choose the score and the map with the least cross-validated Brier score, and fit them.

    Args:
        graded: the model's own answers to questions it was not trained on.
        abstain_below: in [0, 1].

    Raises:
        UserError: too few right or too few wrong answers.
    """
    correct = [answer.correct for answer in graded]
    right, wrong = sum(correct), len(correct) - sum(correct)
    if min(right, wrong) < LEAST_OF_EACH:
        raise UserError.at(
            "the graded questions",
            f"the model answers {right} of them right and {wrong} wrong",
            expected=f"at least {LEAST_OF_EACH} of each, better 100",
            fix="add questions that are " + ("easier" if right < wrong else "harder"),
        )
    trials: list[tuple[Candidate, list[float]]] = []
    for score in SCORES:
        values = [surety(score, answer.scores[score]) for answer in graded]
        of_score = [_cross_validate(score, method, values, correct) for method in FIT]
        trials.append(min(of_score, key=lambda trial: trial[0].brier))
    trials.sort(key=lambda trial: trial[0].brier)
    best, held_out = trials[0]
    values = [surety(best.score, answer.scores[best.score]) for answer in graded]
    return Calibration(
        score=best.score,
        method=best.method,
        map=FIT[best.method](values, correct),
        questions=len(graded),
        accuracy=right / len(graded),
        abstain_below=abstain_below,
        held_out=HeldOutQuality(auroc=best.auroc, brier=best.brier, ece=best.ece),
        comparison=tuple(candidate for candidate, _ in trials),
        graded=tuple(
            answer.model_copy(update={"confidence": value})
            for answer, value in zip(graded, held_out, strict=True)
        ),
    )


def _cross_validate(
    score: str, method: Method, values: list[float], correct: list[bool]
) -> tuple[Candidate, list[float]]:
    """Give each answer the confidence of a map that was fitted to the other folds."""
    from sklearn.model_selection import StratifiedKFold

    scores, hits = np.asarray(values), np.asarray(correct)
    held_out = np.zeros(len(scores))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(scores, hits)
    for fitting, judged in folds:
        fitted = FIT[method](scores[fitting].tolist(), hits[fitting].tolist())
        held_out[judged] = fitted.apply(scores[judged].tolist())
    confidence = held_out.tolist()
    quality = measure(confidence, correct)
    return Candidate(score=score, method=method, **asdict(quality)), confidence
