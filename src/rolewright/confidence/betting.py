"""A bet against a promise about an error rate, whose winnings may be looked at any time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_BETS = 50
_MOST = 700.0
"""The logarithm of the largest e-value that is told; what lies beyond overflows."""


def e_process(wrong: Sequence[bool], max_error: float) -> NDArray[np.float64]:
    """The e-value after each answer, of "an answer is wrong with at most ``max_error``".

    A gambler starts with 1 and bets on wrong answers at odds that are fair if they come with
    probability ``max_error``: a bet of ``b`` multiplies the wealth by ``1 + b (x - max_error)``,
    x = 1 for a wrong answer and 0 for a right one. While the promise holds, given what came before,
    no bet gains on average, and the wealth ever reaches 1/delta with probability delta at most
    (Ville's inequality). The wealth is the mean over bets that are spread evenly over
    (0, 1/max_error), each kept throughout (Waudby-Smith & Ramdas 2024, JRSS-B 86:1, arXiv
    2010.09686); so the last e-value does not depend on the answers' order.

    Args:
        wrong: in the order in which they became known, length (answers,).
        max_error: in (0, 1).

    Returns:
        Shape (answers,), each at least 0; capped at exp(700).
    """
    bets = np.arange(1, _BETS + 1) / (_BETS + 1) / max_error
    outcomes = np.asarray(wrong, dtype=float)
    gains = np.log1p(bets[:, None] * (outcomes - max_error))  # (bets, answers)
    logs = np.cumsum(gains, axis=1)
    wealth: NDArray[np.float64] = np.exp(np.minimum(logs, _MOST)).mean(axis=0)
    return wealth
