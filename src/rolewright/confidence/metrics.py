"""How good a confidence is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Quality:
    """Three views of a confidence.

    Attributes:
        auroc: probability that a right answer has more confidence than a wrong one, ties half.
        brier: mean squared distance of the confidence from 0 (wrong) or 1 (right).
        ece: expected calibration error over ten equal-mass bins (Naeini et al. 2015; equal mass:
            Nguyen & O'Connor 2015). Biased upwards for few answers: see docs/confidence.md.
    """

    auroc: float
    brier: float
    ece: float


def measure(confidence: Sequence[float], correct: Sequence[bool]) -> Quality:
    """Measure a confidence.

    Args:
        confidence: in [0, 1], length (answers,).
        correct: length (answers,), with at least one right and one wrong.

    Raises:
        ValueError: all answers are right, or all are wrong.
    """
    from sklearn.metrics import brier_score_loss, roc_auc_score

    if len(set(correct)) < 2:
        raise ValueError("AUROC needs at least one right and one wrong answer")
    return Quality(
        auroc=float(roc_auc_score(correct, confidence)),
        brier=float(brier_score_loss(correct, confidence)),
        ece=expected_calibration_error(confidence, correct),
    )


def expected_calibration_error(
    confidence: Sequence[float], correct: Sequence[bool], bins: int = 10
) -> float:
    """Mean distance between confidence and accuracy over bins of equal mass.

    Answers of equal confidence always fall into one bin, so that the result does not depend on
    their order.

    Args:
        confidence: in [0, 1], length (answers,).
        correct: length (answers,).
        bins: at most this many.
    """
    values = np.asarray(confidence, dtype=float)
    hits = np.asarray(correct, dtype=float)
    edges = np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1], method="inverted_cdf")
    index = np.searchsorted(np.unique(edges), values, side="left")
    counts = np.bincount(index)
    gaps = np.abs(np.bincount(index, weights=values) - np.bincount(index, weights=hits))
    return float(gaps[counts > 0].sum() / len(values))
