"""How small a difference so many prompts can show, and how many prompts a difference takes."""

import math

from rolewright.evaluation.statistics import PairedDifference, proportion

SIGNIFICANCE = 0.05
POWER = 0.8
"""The chance with which a difference of the size in question is shown."""
DISCORDANCE = 0.25
"""Share of prompts on which two arms are taken to differ before anything is known: of pairs of
models on SysBench (arXiv 2408.10943) the lowest."""
_LARGE = 20_000
"""From so many pairs on the normal approximation is as good as the exact power."""


def mcnemar_power(pairs: int, discordance: float, difference: float) -> float:
    """The chance that McNemar's exact test shows a gain.

    Args:
        pairs: number of prompts.
        discordance: share of prompts on which the arms differ, in (0, 1].
        difference: of the arms' rates, in [0, discordance].
    """
    import numpy as np
    from scipy.stats import binom

    discordant = np.arange(pairs + 1)
    # The smallest number of gains among so many discordant pairs that is significant.
    critical = binom.isf(SIGNIFICANCE / 2, discordant, 0.5) + 1
    share = (discordance + difference) / (2 * discordance)
    shown = binom.sf(critical - 1, discordant, share)
    return float(np.sum(binom.pmf(discordant, pairs, discordance) * shown))


def smallest_difference(pairs: int, discordance: float = DISCORDANCE) -> float | None:
    """The smallest difference that so many prompts show with 80% power; None if they show none.

    Args:
        pairs: number of prompts.
        discordance: share of prompts on which the arms differ; a larger difference has arms differ
            on as many prompts as it takes, always to the same side.
    """
    from scipy.optimize import brentq

    def lack(difference: float) -> float:
        return mcnemar_power(pairs, max(discordance, difference), difference) - POWER

    if lack(1.0) < 0:
        return None
    return float(brentq(lack, 0.0, 1.0, xtol=1e-4))


def pairs_needed(difference: float, discordance: float) -> int:
    """How many prompts show a difference with 80% power.

    Begins at Connor's normal approximation (1987, Biometrics 43:207) and goes on until the exact
    test has the power.

    Args:
        difference: of the arms' rates, in (0, discordance].
        discordance: share of prompts on which the arms differ.
    """
    test, power = _quantiles()
    spread = math.sqrt(max(discordance - difference**2, 0.0))
    needed = math.ceil(((test * math.sqrt(discordance) + power * spread) / difference) ** 2)
    while needed < _LARGE and mcnemar_power(needed, discordance, difference) < POWER:
        needed += max(1, needed // 50)
    return needed


def pairs_for_margin(margin: float, discordance: float) -> int:
    """How many prompts rule a loss of more than a margin out with 80% power, if nothing is lost.

    By the normal approximation.

    Args:
        margin: above 0.
        discordance: share of prompts on which the arms differ, above 0.
    """
    test, power = _quantiles()
    return math.ceil((test + power) ** 2 * discordance / margin**2)


def smallest_seen(found: PairedDifference) -> float:
    """The smallest difference that a comparison could have seen with 80% power.

    From the width of its 95% interval, which knows of clusters: half of it is 1.96 standard errors,
    and 2.80 of them are needed.
    """
    test, power = _quantiles()
    return min(1.0, (found.high - found.low) / 2 * (test + power) / test)


def smallest_gap(outcomes: int) -> float:
    """The smallest difference of two shares whose 95% intervals part with 80% power.

    Around one half, where it is largest, by the normal approximation.

    Args:
        outcomes: that each share is of.
    """
    test, power = _quantiles()
    error = math.sqrt(0.25 / outcomes)
    return min(1.0, (2 * test + math.sqrt(2) * power) * error)


def smallest_frequent(cases: int, limit: float) -> float | None:
    """The smallest chance of something whose whole interval lies above a limit with 80% power.

    Args:
        cases: in which it may happen, independent of each other.
        limit: in (0, 1).

    Returns:
        None where the interval lies above in no case.
    """
    from scipy.special import betaincinv

    shares = (proportion([True] * n + [False] * (cases - n)) for n in range(1, cases + 1))
    least = next((share.passed for share in shares if (share.low or 0.0) > limit), None)
    if least is None:
        return None
    # The chance of at least so many is the incomplete beta function of the share.
    return float(betaincinv(least, cases - least + 1, POWER))


def _quantiles() -> tuple[float, float]:
    from scipy.stats import norm

    return float(norm.ppf(1 - SIGNIFICANCE / 2)), float(norm.ppf(POWER))


def round_up(number: int) -> int:
    """To two significant digits: more would promise more than the assumptions hold."""
    step: int = 10 ** max(0, len(str(number)) - 2)
    return math.ceil(number / step) * step
