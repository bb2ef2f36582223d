"""The promise, over random splits of real graded answers: see golden/graded.py."""

import json
from pathlib import Path

import numpy as np
import pytest

from rolewright.confidence.guarantee import candidate_thresholds, certify
from rolewright.confidence.metrics import auroc

GRADED = json.loads(Path(__file__).with_name("golden").joinpath("graded.json").read_text("utf-8"))
CORRECT = np.array(GRADED["correct"], dtype=bool)
SPLITS = 1000
PROMISES = [
    ("held_out_confidence", 0.2, 0.1),
    ("held_out_confidence", 0.1, 0.1),
    ("held_out_confidence", 0.3, 0.05),
    ("held_out_confidence", 0.1, 0.2),
    ("sequence_probability", 0.2, 0.1),  # a raw score: no calibrated confidence is needed
]


def test_they_are_real_answers_of_which_some_are_wrong():
    assert len(CORRECT) == 342
    assert 0.4 < CORRECT.mean() < 0.5
    assert auroc(np.array(GRADED["held_out_confidence"]), CORRECT) > 0.9
    assert auroc(np.array(GRADED["sequence_probability"]), CORRECT) > 0.9


def guess(confidence, correct, thresholds, max_error):
    """The lowest threshold above which no more are wrong, of the very answers it is judged by."""
    kept = [
        threshold
        for threshold in thresholds
        if (above := confidence >= threshold).any() and (~correct[above]).mean() <= max_error
    ]
    return min(kept, default=None)


@pytest.mark.parametrize(("score", "max_error", "delta"), PROMISES)
def test_the_promise_is_broken_on_at_most_a_share_delta_of_splits(score, max_error, delta):
    """Each split has thresholds from a third of the answers, and certifies them on the others.

    The others are the world: what is tested is drawn from them with replacement, as many as they
    are, and the promise is broken where the error rate of them all above the threshold is larger.
    Splits are independent of each other given the answers, so that the number of broken promises is
    binomial with a probability of at most delta: three standard errors of that are allowed.
    """
    confidence, draw = np.array(GRADED[score]), np.random.default_rng(0)
    broken = certified = guesses_broken = 0
    for _ in range(SPLITS):
        placing, world = np.split(draw.permutation(len(CORRECT)), [len(CORRECT) // 3])
        tested = draw.choice(world, len(world))
        thresholds = candidate_thresholds(
            confidence[placing],
            CORRECT[placing],
            tested=len(tested),
            max_error=max_error,
            delta=delta,
        )
        judged = confidence[tested], CORRECT[tested], thresholds
        found = certify(*judged, max_error=max_error, delta=delta).threshold
        guessed = guess(*judged, max_error)
        wrong = {
            threshold: (~CORRECT[world])[confidence[world] >= threshold].mean()
            for threshold in thresholds
            if (confidence[world] >= threshold).any()
        }
        certified += found is not None
        broken += found is not None and wrong[found] > max_error
        guesses_broken += guessed is not None and wrong[guessed] > max_error
    tolerance = 3 * (SPLITS * delta * (1 - delta)) ** 0.5
    assert broken <= SPLITS * delta + tolerance
    assert certified > 0.4 * SPLITS
    # The same answers tell a rule that keeps the promise from one that does not.
    assert guesses_broken > SPLITS * delta + tolerance
