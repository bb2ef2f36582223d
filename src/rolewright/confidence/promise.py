"""A confidence with a promise: fitted to one half of the answers, certified on the other."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rolewright.confidence.answers import Answers, first_asked, halves
from rolewright.confidence.calibrate import Fitted, calibrate
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.guarantee import Certificate, Promise, candidate_thresholds, certify
from rolewright.confidence.scores import HeadKind
from rolewright.errors import UserError


def calibrate_with_promise(
    graded: Sequence[GradedAnswer],
    promise: Promise,
    *,
    features: NDArray[np.float32] | None = None,
    head_kind: HeadKind = "linear",
    abstain_below: float,
) -> Fitted:
    """Fit a confidence to one half of the answers, and certify a threshold of it on the other.

    There each question counts once, with its first answer: copies are no independent evidence.

    Args:
        graded: the model's own answers to questions it was not trained on.
        promise: what the threshold is to keep.
        features: what a head reads, shape (answers, inputs); None = no head.
        head_kind: of the head.
        abstain_below: where no threshold can be certified; else the certified one.

    Raises:
        UserError: too few right or too few wrong answers, too few different questions, or no
            scenario where each is to have its own certificate.
    """
    fitting, testing = halves([answer.question for answer in graded])
    testing = testing[first_asked([graded[row].question for row in testing])]
    scenarios = _scenarios([graded[row] for row in testing]) if promise.by_scenario else []
    answers = Answers.of(graded, features, head_kind)
    fitted = calibrate(
        [graded[row] for row in fitting],
        features=answers.part(fitting).features,
        head_kind=head_kind,
        abstain_below=abstain_below,
    )
    calibration = fitted.calibration
    # The head's scores of these answers are cross-fitted, so that thresholds stand well.
    placing = np.array([calibration.confidence(answer.scores) for answer in calibration.graded])
    placed_right = answers.correct[fitting]
    tested = answers.part(testing).with_head(fitted.head)
    confidence = calibration.apply(tested.sureties)

    def certificate(scenario: str | None) -> Certificate:
        """Of the answers to questions of a scenario; None = of all."""
        placed, judged = (
            np.array([scenario in (None, graded[row].scenario) for row in half])
            for half in (fitting, testing)
        )
        thresholds: list[float] = []
        if placed.any():
            thresholds = candidate_thresholds(
                placing[placed].tolist(),
                placed_right[placed].tolist(),
                tested=int(judged.sum()),
                max_error=promise.max_error,
                delta=promise.delta,
            )
        return certify(
            confidence[judged].tolist(),
            tested.correct[judged].tolist(),
            thresholds,
            max_error=promise.max_error,
            delta=promise.delta,
        )

    certified = certificate(None)
    changes = {
        "certificate": certified,
        "scenario_certificates": {name: certificate(name) for name in scenarios},
        "abstain_below": abstain_below if certified.threshold is None else certified.threshold,
        "certified_on": tuple(graded[row].question for row in testing),
    }
    return Fitted(calibration.model_copy(update=changes), fitted.head)


def _scenarios(graded: Sequence[GradedAnswer]) -> list[str]:
    """The scenarios that answers name.

    Raises:
        UserError: none does.
    """
    named = sorted({answer.scenario for answer in graded if answer.scenario is not None})
    if not named:
        raise UserError.at(
            "the graded questions",
            "none of them names a scenario",
            fix="leave --by-scenario out, or give each question a `scenario`",
        )
    return named
