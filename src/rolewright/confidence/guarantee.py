"""A threshold above which answers keep a promise: at most so many of them are wrong."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict

_THRESHOLDS = 50


@dataclass(frozen=True, slots=True)
class Promise:
    """What is to be promised.

    Attributes:
        max_error: the share of wrong answers that is allowed, in (0, 1).
        delta: probability that the promise may fail, in (0, 1).
        by_scenario: whether it is to hold within each scenario too, with a threshold of its own
            (Mondrian: Vovk et al. 2003); each certificate may fail with ``delta`` by itself.
    """

    max_error: float
    delta: float
    by_scenario: bool = False


class Certificate(BaseModel):
    """What was promised, and what the answers that it was tested on say.

    The promise: with probability 1 - ``delta`` over the choice of these answers, at most a share
    ``max_error`` of all answers with a confidence of ``threshold`` or more is wrong, as long as
    questions come from where these came from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_error: float
    delta: float
    threshold: float | None
    """None = no threshold could be certified."""
    tested: int
    """Answers that neither the map nor the thresholds were fitted to."""
    answered: int
    """Of them with a confidence of ``threshold`` or more."""
    wrong: int
    """Of those."""
    error_bound: float | None
    """Clopper–Pearson upper bound of their error rate, at level 1 - ``delta``."""
    least_needed: int
    """Answers above a threshold, all right, without which nothing can be certified."""
    conditions: dict[str, str] = {}
    """What it holds for, as ``conditions_of`` gives it; it expires where one of them changes."""

    @property
    def coverage(self) -> float:
        """Share of the tested answers that is answered with the promise."""
        return self.answered / self.tested

    def expired(self, now: Mapping[str, str]) -> list[str]:
        """Names of the conditions that have changed, or are new, since it was made."""
        names = sorted(self.conditions.keys() | now.keys())
        return [name for name in names if self.conditions.get(name) != now.get(name)]


def least_needed(max_error: float, delta: float) -> int:
    """How many answers, all of them right, it takes to certify an error rate."""
    return math.ceil(math.log(delta) / math.log1p(-max_error))


def error_bound(wrong: int, answered: int, delta: float) -> float:
    """The upper bound of an error rate that holds with probability 1 - ``delta``.

    Clopper & Pearson 1934, one-sided.
    """
    from scipy.special import betaincinv

    if wrong == answered:
        return 1.0
    return float(betaincinv(wrong + 1, answered - wrong, 1 - delta))


def candidate_thresholds(
    confidence: Sequence[float],
    correct: Sequence[bool],
    *,
    tested: int,
    max_error: float,
    delta: float,
) -> list[float]:
    """Thresholds to test, surest first, chosen without the answers that they are tested on.

    Fixed sequence testing ends where a test fails, so that the first had better pass: it is the one
    that would have the lowest error bound if the tested answers are wrong as often as these say
    (by Laplace's rule of succession: the surest few may be right by chance).

    Args:
        confidence: of answers that are not tested on, length (answers,), at least one.
        correct: length (answers,).
        tested: how many answers they will be tested on.
        max_error: in (0, 1).
        delta: in (0, 1).
    """
    from scipy.special import betaincinv

    values, right = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=bool)
    order = np.argsort(-values, kind="stable")
    least = min(1.0, least_needed(max_error, delta) / tested)
    ends = np.ceil(np.linspace(least, 1, _THRESHOLDS) * len(order)).astype(int) - 1
    error_rates = (np.cumsum(~right[order])[ends] + 1) / (ends + 3)
    answered = (ends + 1) * tested / len(order)
    bounds = betaincinv(error_rates * answered + 1, (1 - error_rates) * answered, 1 - delta)
    thresholds = values[order][ends[np.argmin(bounds) :]]
    return sorted({float(threshold) for threshold in thresholds}, reverse=True)


def certify(
    confidence: Sequence[float],
    correct: Sequence[bool],
    thresholds: Sequence[float],
    *,
    max_error: float,
    delta: float,
) -> Certificate:
    """Find the lowest threshold that keeps the promise.

    Fixed sequence testing: thresholds are tested in the given order, each at level ``delta``, until
    one fails; the one before is certified. No correction for their number is needed (Angelopoulos
    et al. 2021, arXiv 2110.01052, section 2.1; with exact binomial bounds as in Geifman & El-Yaniv
    2017, arXiv 1705.08500).

    Args:
        confidence: of answers that neither thresholds nor calibration were fitted to, length
            (answers,), at least one.
        correct: length (answers,).
        thresholds: surest first.
        max_error: the share of wrong answers to promise, in (0, 1).
        delta: probability that the promise may fail, in (0, 1).
    """
    values, right = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=bool)
    found: tuple[float, int, int] | None = None
    for threshold in thresholds:
        above = values >= threshold
        answered, wrong = int(above.sum()), int((above & ~right).sum())
        if error_bound(wrong, answered, delta) > max_error:
            break
        found = threshold, answered, wrong
    threshold_found, answered, wrong = found or (None, 0, 0)
    return Certificate(
        max_error=max_error,
        delta=delta,
        threshold=threshold_found,
        tested=len(values),
        answered=answered,
        wrong=wrong,
        error_bound=error_bound(wrong, answered, delta) if found else None,
        least_needed=least_needed(max_error, delta),
    )
