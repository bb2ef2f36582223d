"""Fit a confidence to a model's own graded answers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from rolewright.confidence.answers import Answers, Floats
from rolewright.confidence.calibration import (
    FUSED,
    Calibration,
    Candidate,
    HeldOutQuality,
    Route,
    ScoreMap,
)
from rolewright.confidence.calibrators import FIT, AnyMap, Method, methods_for
from rolewright.confidence.fusion import FusedMap, Stacking, fit_fusion
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.head import Head
from rolewright.confidence.log_odds import log_odds
from rolewright.confidence.metrics import measure
from rolewright.confidence.scores import HEAD, ROUTES, STATES, HeadKind
from rolewright.errors import UserError

LEAST_OF_EACH = 5
"""Right and wrong answers without which nothing is fitted: one for each fold."""
_CLEARLY = 2.0
"""Standard errors: several maps are tried for each of many scores, and one is lucky."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was fitted to graded answers.

    Attributes:
        calibration: the maps.
        head: that gives the score "head"; None where no features were given.
    """

    calibration: Calibration
    head: Head | None


@dataclass(frozen=True, slots=True)
class _Tried:
    """A score and a map, with the confidence that each answer got without being fitted to."""

    score: str
    method: Method | Stacking
    confidence: Floats

    def clearly_better_than(self, other: "_Tried", correct: NDArray[np.bool_]) -> bool:
        """Whether its Brier score is lower by more than two standard errors of the difference."""
        gains = (other.confidence - correct) ** 2 - (self.confidence - correct) ** 2
        return bool(gains.mean() > _CLEARLY * gains.std(ddof=1) / np.sqrt(len(gains)))


def calibrate(
    graded: Sequence[GradedAnswer],
    *,
    features: NDArray[np.float32] | None = None,
    head_kind: HeadKind = "linear",
    abstain_below: float,
) -> Fitted:
    """Choose scores and maps by their cross-validated Brier scores, and fit them.

    The held-out confidences of a route come from nested cross-validation: within each fold heads
    are fitted and the route's best score is chosen again without the fold's answers, so that the
    best of many does not flatter itself. In force is the route that does best on them, and not by
    the scores' own figures, which flatter a best score and not the fusion. The same question asked
    twice always falls into one fold.

    Args:
        graded: the model's own answers to questions it was not trained on, all with the same
            scores.
        features: what a head reads, shape (answers, inputs); None = no head.
        head_kind: of the head.
        abstain_below: in [0, 1].

    Raises:
        UserError: too few right or too few wrong answers, or too few different questions.
    """
    answers = Answers.of(graded, features, head_kind)
    right, wrong = int(answers.correct.sum()), int((~answers.correct).sum())
    if min(right, wrong) < LEAST_OF_EACH:
        raise UserError.at(
            "the graded questions",
            f"the model answers {right} of them right and {wrong} wrong",
            expected=f"at least {LEAST_OF_EACH} of each, better 100",
            fix="add questions that are " + ("easier" if right < wrong else "harder"),
        )
    crossed = answers.with_cross_fitted_head()
    tried = _try_all(crossed)
    chosen = _choose(tried, crossed.correct)
    held_out = _held_out(answers, list(chosen))
    routes = {
        name: Route(held_out=_quality(held_out[name], answers.correct), **dict(_fit(crossed, one)))
        for name, one in chosen.items()
    }
    best = min(routes, key=lambda name: routes[name].held_out.brier)
    in_force = routes[best]
    return Fitted(
        Calibration(
            score=in_force.score,
            method=in_force.method,
            map=in_force.map,
            routes=routes,
            questions=len(graded),
            accuracy=right / len(graded),
            abstain_below=abstain_below,
            held_out=in_force.held_out,
            comparison=tuple(_rank(tried, crossed.correct)),
            graded=tuple(
                answer.model_copy(
                    update={
                        "confidence": float(held_out[best][row]),
                        "scores": answer.scores | _cross_fitted(crossed, row),
                    }
                )
                for row, answer in enumerate(graded)
            ),
        ),
        answers.fit_head(),
    )


def _try_all(answers: Answers) -> list[_Tried]:
    """Every score with the simplest map that none is clearly better than, and their fusion."""
    folds = answers.folds()
    parts = [(answers.part(fitting), answers.part(judged), judged) for fitting, judged in folds]
    tried = []
    for score in answers.sureties:
        if score in STATES:
            continue
        simplest, *others = methods_for(score)
        best = _cross_validate(parts, score, simplest)
        for method in others:
            other = _cross_validate(parts, score, method)
            if other.clearly_better_than(best, answers.correct):
                best = other
        tried.append(best)
    return [*tried, _cross_validate(parts, FUSED, "stacking")]


def _cross_validate(
    parts: Sequence[tuple[Answers, Answers, NDArray[np.int64]]],
    score: str,
    method: Method | Stacking,
) -> _Tried:
    confidence = np.zeros(sum(len(judged) for _, _, judged in parts))
    tried = _Tried(score, method, confidence)
    for fitting, judging, judged in parts:
        confidence[judged] = _fit(fitting, tried).apply(judging.sureties)
    return tried


def _fit(answers: Answers, tried: _Tried) -> ScoreMap:
    correct = answers.correct.tolist()
    fitted: FusedMap | AnyMap
    if tried.method == "stacking":
        fitted = fit_fusion(answers.sureties, correct)
    else:
        fitted = FIT[tried.method](answers.sureties[tried.score].tolist(), correct)
    return ScoreMap(score=tried.score, method=tried.method, map=fitted)


def _choose(tried: Sequence[_Tried], correct: NDArray[np.bool_]) -> dict[str, _Tried]:
    """The best score of each route by Brier score, and the fusion of all."""

    def best(of: Sequence[str]) -> _Tried | None:
        allowed = [one for one in tried if one.score in of]
        return min(allowed, key=lambda one: _brier(one, correct), default=None)

    routes = {name: found for name, scores in ROUTES.items() if (found := best(scores))}
    return routes | {FUSED: tried[-1]}


def _held_out(answers: Answers, routes: Sequence[str]) -> dict[str, Floats]:
    """Confidences by everything that is fitted and chosen, without the answer, by route."""
    found = {name: np.zeros(len(answers.correct)) for name in routes}
    for fitting, judged in answers.folds():
        inner = answers.part(fitting)
        outer = answers.part(judged).with_head(inner.fit_head())
        crossed = inner.with_cross_fitted_head()
        for name, one in _choose(_try_all(crossed), crossed.correct).items():
            found[name][judged] = _fit(crossed, one).apply(outer.sureties)
    return found


def _cross_fitted(answers: Answers, row: int) -> dict[str, float]:
    """What a head gave, as raw scores."""
    if HEAD not in answers.sureties:
        return {}
    found = {HEAD: float(answers.sureties[HEAD][row])}
    states = [name for name in STATES if name in answers.sureties]
    return found | {name: float(log_odds(answers.sureties[name][[row]])[0]) for name in states}


def _rank(tried: Sequence[_Tried], correct: NDArray[np.bool_]) -> list[Candidate]:
    ranked = sorted(tried, key=lambda one: _brier(one, correct))
    return [
        Candidate(score=one.score, method=one.method, **dict(_quality(one.confidence, correct)))
        for one in ranked
    ]


def _quality(confidence: Floats, correct: NDArray[np.bool_]) -> HeldOutQuality:
    return HeldOutQuality(**asdict(measure(confidence.tolist(), correct.tolist())))


def _brier(tried: _Tried, correct: NDArray[np.bool_]) -> float:
    return float(((tried.confidence - correct) ** 2).mean())
