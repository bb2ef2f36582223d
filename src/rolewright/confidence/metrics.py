"""How good a confidence is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rolewright.confidence.bins import bin_of, equal_mass_edges, equal_width_edges

Floats = NDArray[np.float64]
Hits = NDArray[np.bool_]
_CLIP = 1e-6


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
    if len(set(correct)) < 2:
        raise ValueError("AUROC needs at least one right and one wrong answer")
    values, hits = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=bool)
    return Quality(
        auroc=auroc(values, hits),
        brier=brier(values, hits),
        ece=expected_calibration_error(values, hits),
    )


def expected_calibration_error(
    confidence: Sequence[float] | Floats, correct: Sequence[bool] | Hits, bins: int = 10
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
    return _calibration_error(values, hits, equal_mass_edges(values, bins))


def equal_width_error(confidence: Floats, correct: Hits, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width, [0, 0.1], (0.1, 0.2] … (0.9, 1].

    As most papers since Guo et al. 2017 (arXiv 1706.04599) report it.

    Args:
        confidence: in [0, 1], shape (answers,).
        correct: shape (answers,).
        bins: as many.
    """
    return _calibration_error(confidence, correct.astype(float), equal_width_edges(bins))


def _calibration_error(confidence: Floats, hits: Floats, edges: Floats) -> float:
    index = bin_of(confidence, edges)
    gaps = np.abs(np.bincount(index, weights=confidence) - np.bincount(index, weights=hits))
    return float(gaps.sum() / len(confidence))


def auroc(confidence: Floats, correct: Hits) -> float:
    """Probability that a right answer has more confidence than a wrong one, ties half."""
    from scipy.stats import rankdata

    right = int(correct.sum())
    ranks = rankdata(confidence)[correct].sum()
    return float((ranks - right * (right + 1) / 2) / (right * (len(correct) - right)))


def auprc(confidence: Floats, correct: Hits) -> float:
    """Average precision of finding the wrong answers by low confidence."""
    # scikit-learn's takes longer than all other measures together, a thousand times a bootstrap.
    order = np.argsort(confidence, kind="stable")
    found = (~correct[order]).cumsum()
    ends = _ends_of_equals(confidence[order])
    precision = found[ends] / (ends + 1)
    return float(precision @ np.diff(found[ends], prepend=0) / found[-1])


def _ends_of_equals(ordered: Floats) -> NDArray[np.intp]:
    """Where each run of equal numbers ends: no threshold divides one."""
    return np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])


def risks(confidence: Floats, correct: Hits) -> Floats:
    """Share of wrong answers among the n surest, for n = 1 … answers; shape (answers,).

    Within answers of equal confidence the mean over all their orders, so that the result does not
    depend on how they stand.
    """
    order = np.argsort(-confidence, kind="stable")
    ordered, wrong = confidence[order], (~correct[order]).astype(float)
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    counts = np.diff(np.r_[starts, len(wrong)])
    shared = np.repeat(np.add.reduceat(wrong, starts) / counts, counts)
    found: Floats = shared.cumsum() / np.arange(1, len(wrong) + 1)
    return found


def aurc(confidence: Floats, correct: Hits) -> float:
    """Area under the risk–coverage curve: the mean of ``risks`` (Geifman et al. 2019)."""
    return float(risks(confidence, correct).mean())


def excess_aurc(confidence: Floats, correct: Hits) -> float:
    """AURC less that of a perfect order of the same answers (E-AURC; Geifman et al. 2019)."""
    return aurc(confidence, correct) - aurc(correct.astype(float), correct)


def prr(confidence: Floats, correct: Hits) -> float:
    """Prediction–rejection ratio: 1 = a perfect order, 0 = a random one (Malinin et al. 2021)."""
    random, best = float((~correct).mean()), aurc(correct.astype(float), correct)
    return (random - aurc(confidence, correct)) / (random - best)


def augrc(confidence: Floats, correct: Hits) -> float:
    """Area under the generalised risk–coverage curve (Traub et al. 2024, arXiv 2407.01032).

    The mean over all coverages of the share of answers that are given and wrong. Unlike the AURC
    it weighs every wrong answer alike: with accuracy a it is (1 - AUROC) a (1 - a) + (1 - a)² / 2.
    """
    counts = np.arange(len(correct) + 1)
    given_and_wrong = np.r_[0.0, risks(confidence, correct)] * counts / len(correct)
    return float(np.trapezoid(given_and_wrong) / len(correct))


def coverage_at_risk(confidence: Floats, correct: Hits, risk: float) -> float:
    """The largest share of answers above a threshold of which at most ``risk`` are wrong."""
    ends = _ends_of_equals(np.sort(-confidence))
    allowed = ends[risks(confidence, correct)[ends] <= risk + 1e-12]
    return float(allowed.max() + 1) / len(correct) if len(allowed) else 0.0


def brier(confidence: Floats, correct: Hits) -> float:
    """Mean squared distance of the confidence from 0 (wrong) or 1 (right)."""
    return float(((confidence - correct) ** 2).mean())


@dataclass(frozen=True, slots=True)
class BrierParts:
    """Brier score = reliability - resolution + uncertainty (Murphy 1973).

    Attributes:
        reliability: mean squared distance of confidence and accuracy over bins; lower = better.
        resolution: how far accuracy and confidence tell answers apart, between bins and within
            them; higher = better.
        uncertainty: a (1 - a) of the accuracy a, which no confidence changes.
    """

    reliability: float
    resolution: float
    uncertainty: float


def brier_parts(confidence: Floats, correct: Hits, bins: int = 10) -> BrierParts:
    """Decompose the Brier score.

    Each confidence is a bin of its own where there are at most ``bins`` different ones, as in
    Murphy's decomposition; else bins are of equal mass, and what confidences within them add to
    the Brier score counts as resolution (Stephenson et al. 2008), so that the sum stays exact.
    """
    distinct, index = np.unique(confidence, return_inverse=True)
    if len(distinct) > bins:
        index = bin_of(confidence, equal_mass_edges(confidence, bins))
    gaps = np.bincount(index, weights=confidence - correct)
    reliability = float((gaps**2 / np.bincount(index)).sum() / len(correct))
    uncertainty = float(correct.mean() * (1 - correct.mean()))
    resolution = reliability + uncertainty - brier(confidence, correct)
    return BrierParts(reliability, resolution, uncertainty)


def negative_log_likelihood(confidence: Floats, correct: Hits) -> float:
    """Mean loss in nats, of confidences clipped to [1e-6, 1 - 1e-6] so that it is finite."""
    clipped = np.clip(confidence, _CLIP, 1 - _CLIP)
    return float(-np.log(np.where(correct, clipped, 1 - clipped)).mean())


def debiased_error(confidence: Floats, correct: Hits, bins: int = 10) -> float:
    """Root mean squared calibration error without the part that chance adds; at least 0.

    The debiased plug-in estimator of Kumar et al. 2019 (arXiv 1909.10155, section 5) over bins of
    equal mass: from the squared gap of each bin the variance of its accuracy is taken away. Never
    less than the mean distance in expectation. A bin of one answer, whose variance nothing tells,
    is left out.
    """
    index = bin_of(confidence, equal_mass_edges(confidence, bins))
    counts = np.bincount(index).astype(float)
    some = counts > 1
    if not some.any():  # chance is all there may be
        return 0.0
    accuracy = np.bincount(index, weights=correct.astype(float))[some] / counts[some]
    mean = np.bincount(index, weights=confidence)[some] / counts[some]
    chance = accuracy * (1 - accuracy) / (counts[some] - 1)
    squared = (counts[some] * ((accuracy - mean) ** 2 - chance)).sum() / counts[some].sum()
    return float(np.sqrt(max(0.0, squared)))


def noise_floor(confidence: Sequence[float], *, draws: int = 200, seed: int = 0) -> float:
    """The mean ECE that these confidences would show if they were perfectly calibrated."""
    values = np.asarray(confidence, dtype=float)
    draw = np.random.default_rng(seed)
    right = draw.uniform(size=(draws, len(values))) < values
    return float(np.mean([expected_calibration_error(values, hits) for hits in right]))


MEASURES: dict[str, Callable[[Floats, Hits], float]] = {
    "auroc": auroc,
    "auprc": auprc,
    "prr": prr,
    "aurc": aurc,
    "excess_aurc": excess_aurc,
    "augrc": augrc,
    "brier": brier,
    "reliability": lambda c, z: brier_parts(c, z).reliability,
    "resolution": lambda c, z: brier_parts(c, z).resolution,
    "negative_log_likelihood": negative_log_likelihood,
    "ece": expected_calibration_error,
    "equal_width_error": equal_width_error,
    "debiased_error": debiased_error,
    "coverage_at_5_percent_risk": lambda c, z: coverage_at_risk(c, z, 0.05),
    "coverage_at_10_percent_risk": lambda c, z: coverage_at_risk(c, z, 0.1),
}
