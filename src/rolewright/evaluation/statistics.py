"""Intervals and tests for shares, means and paired differences.

One method gives every interval: Gaffke's bounds for the mean of independent values in [0, 1]
(Gaffke 2005, Mathematical Methods of Statistics 14:451; Learned-Miller & Thomas 2019, arXiv
1905.06208). A bound is a quantile of the mean under random weights (the Bayesian bootstrap) with
one more value added, the worst that could have been seen. For values of 0 and 1 it is Clopper and
Pearson's exact bound; values that spread less have shorter intervals. No interval has no length,
and no distribution is known, however skewed, for which a bound holds less often than it says. That
is what score intervals lack: Wilson's holds 84% of the time at the worst small share, and at the
effective sample size it misses few conversations in which a model breaks the role all the time.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_TAIL = 0.025
"""Of a 95% interval, on each side."""
_MOST_CASES = 100_000
_DRAWS = 20_000
"""Of the random weights: a bound's tail then is 0.025 ± 0.001."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share with its 95% interval.

    Attributes:
        passed, total: the counts.
        rate, low, high: in [0, 1]; None where the total is 0.
    """

    passed: int
    total: int
    rate: float | None
    low: float | None
    high: float | None


def proportion(outcomes: Sequence[bool]) -> Proportion:
    """The share of successes with its exact interval (Clopper & Pearson 1934)."""
    from scipy.special import betaincinv

    passed, total = sum(outcomes), len(outcomes)
    if total == 0:
        return Proportion(0, 0, None, None, None)
    failed = total - passed
    low = float(betaincinv(passed, failed + 1, _TAIL)) if passed else 0.0
    high = float(betaincinv(passed + 1, failed, 1 - _TAIL)) if failed else 1.0
    return Proportion(passed, total, passed / total, low, high)


def cases_below(limit: float, passed: int, total: int) -> int | None:
    """How many cases put a share's whole interval below a limit, if as few of them succeed.

    Args:
        limit: above 0.
        passed: how many of the cases so far succeed.
        total: how many there are; a share of none counts as 0.

    Returns:
        None where that takes more than a hundred thousand, or the share is not below the limit.
    """
    from scipy.special import betaincinv

    rate, cases = passed / max(1, total), max(1, total)
    while cases <= _MOST_CASES and rate < limit:
        successes = math.ceil(rate * cases - 1e-9)
        if betaincinv(successes + 1, cases - successes, 1 - _TAIL) < limit:
            return cases
        cases += max(1, cases // 100)
    return None


def clustered_proportion(outcomes: Sequence[bool], clusters: Sequence[Hashable]) -> Proportion:
    """The share of successes where outcomes of one cluster go together.

    The clusters are weighted, and the one that is added is as large as the largest.

    Args:
        outcomes: in any order.
        clusters: of each outcome.
    """
    passed, total = sum(outcomes), len(outcomes)
    sizes = Counter(clusters)
    if len(sizes) == total:
        return proportion(outcomes)
    successes = Counter(c for c, outcome in zip(clusters, outcomes, strict=True) if outcome)
    low, high = ratio_interval([(successes[cluster], size) for cluster, size in sizes.items()])
    return Proportion(passed, total, passed / total, low, high)


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of values in [0, 1] with its 95% interval; None where there are no values."""

    rate: float | None
    low: float | None
    high: float | None


def bounded_mean(values: Sequence[float]) -> Mean:
    """The mean of independent values in [0, 1], in any order."""
    if not values:
        return Mean(None, None, None)
    return Mean(sum(values) / len(values), *ratio_interval([(value, 1.0) for value in values]))


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much more often one arm succeeds than another on the same prompts.

    Attributes:
        difference: in [-1, 1].
        low, high: its 95% interval.
        p_value: two-sided, of no difference.
        pairs: number of prompts.
        gained, lost: on how many of them only the one arm succeeds, and only the other.
    """

    difference: float
    low: float
    high: float
    p_value: float
    pairs: int
    gained: int
    lost: int

    @property
    def discordance(self) -> float:
        """The share of prompts on which the arms differ."""
        return (self.gained + self.lost) / self.pairs


def paired_difference(
    treatment: Sequence[bool],
    baseline: Sequence[bool],
    clusters: Sequence[Hashable] | None = None,
) -> PairedDifference:
    """Compare two arms prompt by prompt.

    The p-value is exact: under no difference each cluster's net gain is as likely as the same net
    loss, which for single pairs is McNemar's coin. The interval is that of the mean of the pairs'
    differences, by cluster. For single pairs it leaves 0 out where the p-value is below 0.05: with
    g pairs gained and l lost its lower bound is above 0 where Gamma(g) is less than Gamma(l + 1) in
    fewer than 2.5% of draws, and that chance is the binomial tail of the test.

    Args:
        treatment: outcome on each prompt.
        baseline: outcome on the same prompts in the same order, at least one.
        clusters: of each pair, where those of one go together; None = each is independent.
    """
    net = [t - b for t, b in zip(treatment, baseline, strict=True)]
    names = range(len(net)) if clusters is None else clusters
    gains: dict[Hashable, int] = {}
    for name, each in zip(names, net, strict=True):
        gains[name] = gains.get(name, 0) + each
    sizes = Counter(names)
    low, high = ratio_interval([((size + gains[name]) / 2, size) for name, size in sizes.items()])
    return PairedDifference(
        difference=sum(net) / len(net),
        low=2 * low - 1,
        high=2 * high - 1,
        p_value=sign_flip_p_value(list(gains.values())),
        pairs=len(net),
        gained=net.count(1),
        lost=net.count(-1),
    )


def sign_flip_p_value(sums: Sequence[int]) -> float:
    """How likely a sum of these sizes is as far from zero as theirs, if all signs are coins.

    Over all signs at once, by convolution; Monte Carlo is not needed, as sums are whole numbers.

    Args:
        sums: a cluster's each.
    """
    import numpy as np
    from scipy.stats import binom

    chances = np.ones(1)  # of the values -total … total
    for size, number in Counter(abs(each) for each in sums if each).items():
        coins = np.zeros(2 * size * number + 1)
        coins[:: 2 * size] = binom.pmf(np.arange(number + 1), number, 0.5)
        chances = np.convolve(chances, coins)
    total = len(chances) // 2
    far = np.abs(np.arange(-total, total + 1)) >= abs(sum(sums))
    return min(1.0, float(chances[far].sum()))


def ratio_interval(shares: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The 95% interval of sum of parts / sum of wholes.

    Args:
        shares: independent (part, whole), each with 0 <= part <= whole.
    """
    missed = [(whole - part, whole) for part, whole in shares]
    return 1 - _upper_bound(*sorted(missed)), _upper_bound(*sorted(shares))


@lru_cache(maxsize=4096)
def _upper_bound(*shares: tuple[float, float]) -> float:
    """Gaffke's bound, for a ratio of means where wholes differ.

    Uniform weights of equal values are drawn as one: they sum to a gamma variate of their number.
    """
    import numpy as np

    worst = max(whole for _, whole in shares)
    counts = sorted(Counter([*shares, (worst, worst)]).items())
    values = np.array([share for share, _ in counts])  # (distinct, 2)
    shapes = [count for _, count in counts]
    weights = np.random.default_rng(0).standard_gamma(shapes, (_DRAWS, len(shapes)))
    parts, wholes = (weights @ values).T
    return float(np.quantile(parts / wholes, 1 - _TAIL))


@dataclass(frozen=True, slots=True)
class RelativeChange:
    """How much larger an amount is in one arm than in another, as a share of the latter.

    Attributes:
        change: above -1; 0.02 = two percent more.
        low, high: its 95% interval.
        pairs: number of things that it was measured on.
    """

    change: float
    low: float
    high: float
    pairs: int


def relative_change(treatment: Sequence[float], baseline: Sequence[float]) -> RelativeChange:
    """Compare what two arms have of an amount, over the same things.

    The ratio of the sums less 1, with the linearised standard error of a ratio estimator (Cochran
    1977, Sampling Techniques, section 6.4) and the t distribution of pairs - 1 degrees: things may
    differ in size, and large ones count for more.

    Args:
        treatment: of each thing, above 0.
        baseline: of the same things in the same order, at least two.
    """
    from scipy.stats import t

    pairs = len(baseline)
    ratio = sum(treatment) / sum(baseline)
    residuals = [
        of_treatment - ratio * of_baseline
        for of_treatment, of_baseline in zip(treatment, baseline, strict=True)
    ]
    variance = sum(each**2 for each in residuals) * pairs / (pairs - 1)
    reach = float(t.ppf(0.975, pairs - 1)) * math.sqrt(variance) / sum(baseline)
    return RelativeChange(ratio - 1, ratio - 1 - reach, ratio - 1 + reach, pairs)
