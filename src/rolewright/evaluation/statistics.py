"""Intervals and tests for proportions, and for amounts that two arms have of the same things."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share with its 95% Wilson interval.

    Attributes:
        passed, total: the counts.
        rate, low, high: in [0, 1]; None where the total is 0.
    """

    passed: int
    total: int
    rate: float | None
    low: float | None
    high: float | None

    def estimate(self) -> tuple[float, float, float]:
        """Rate, low and high, where there are any.

        Raises:
            ValueError: the total is 0.
        """
        if self.rate is None or self.low is None or self.high is None:
            raise ValueError("a share of nothing has no rate")
        return self.rate, self.low, self.high


def proportion(outcomes: Sequence[bool]) -> Proportion:
    """The share of successes with its Wilson score interval (Wilson 1927)."""
    from scipy.stats import binomtest

    passed, total = sum(outcomes), len(outcomes)
    if total == 0:
        return Proportion(0, 0, None, None, None)
    interval = binomtest(passed, total).proportion_ci(method="wilson")
    return Proportion(passed, total, passed / total, float(interval.low), float(interval.high))


def clustered_proportion(outcomes: Sequence[bool], clusters: Sequence[Hashable]) -> Proportion:
    """The share of successes where outcomes of one cluster go together.

    Wilson's interval at the effective sample size (Korn & Graubard 1998, Survey Methodology
    24:193): the size at which independent outcomes would have the variance that the clusters'
    residuals show, with the t distribution of clusters - 1 degrees. Where all outcomes are equal,
    clusters count as single outcomes; one cluster alone says nothing of others, and its interval
    is all of [0, 1].

    Args:
        outcomes: in any order.
        clusters: of each outcome.
    """
    from scipy.stats import t

    passed, total = sum(outcomes), len(outcomes)
    if total == 0:
        return Proportion(0, 0, None, None, None)
    rate = passed / total
    residuals: dict[Hashable, float] = {}
    for outcome, cluster in zip(outcomes, clusters, strict=True):
        residuals[cluster] = residuals.get(cluster, 0.0) + outcome - rate
    number = len(residuals)
    if number == total:
        return proportion(outcomes)
    if number == 1:
        return Proportion(passed, total, rate, 0.0, 1.0)
    variance = sum(of**2 for of in residuals.values()) / total**2 * number / (number - 1)
    effective = float(number)
    if 0 < passed < total:
        effective = min(total, rate * (1 - rate) / variance) if variance > 0 else total
    low, high = _wilson(rate, effective, float(t.ppf(0.975, number - 1)))
    return Proportion(passed, total, rate, low, high)


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of values in [0, 1] with its 95% interval; None where there are no values."""

    rate: float | None
    low: float | None
    high: float | None


def bounded_mean(values: Sequence[float]) -> Mean:
    """The mean of independent values in [0, 1].

    Wilson's interval at the effective sample size, as in ``clustered_proportion``: values that are
    all 0 or 1 have their own number, values that spread less tell more.

    Args:
        values: in any order.
    """
    from scipy.stats import t

    number = len(values)
    if number == 0:
        return Mean(None, None, None)
    mean = sum(values) / number
    if number == 1:
        return Mean(mean, 0.0, 1.0)
    variance = sum((value - mean) ** 2 for value in values) / (number - 1) / number
    effective = mean * (1 - mean) / variance if variance > 0 else float(number)
    low, high = _wilson(mean, effective, float(t.ppf(0.975, number - 1)))
    return Mean(mean, low, high)


def _wilson(rate: float, total: float, z: float) -> tuple[float, float]:
    """Wilson's score interval for a total that need not be whole."""
    centre = (rate + z**2 / (2 * total)) / (1 + z**2 / total)
    reach = z / (1 + z**2 / total) * math.sqrt(rate * (1 - rate) / total + z**2 / (4 * total**2))
    return max(0.0, centre - reach), min(1.0, centre + reach)


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


def paired_difference(treatment: Sequence[bool], baseline: Sequence[bool]) -> PairedDifference:
    """Compare two arms prompt by prompt.

    The p-value is McNemar's exact one: discordant pairs are a fair coin under no difference. The
    interval is Newcombe's hybrid score interval for paired proportions (Newcombe 1998, Statistics
    in Medicine 17:2635, method 10), which holds at 0% and 100% too, where bootstrap and Wald
    intervals collapse.

    Args:
        treatment: outcome on each prompt.
        baseline: outcome on the same prompts in the same order, at least one.
    """
    from scipy.stats import binomtest

    pairs = list(zip(treatment, baseline, strict=True))
    total = len(pairs)
    both = sum(t and b for t, b in pairs)
    gained = sum(t and not b for t, b in pairs)
    lost = sum(b and not t for t, b in pairs)
    neither = total - both - gained - lost
    discordant = gained + lost
    p_value = float(binomtest(gained, discordant).pvalue) if discordant else 1.0
    phi = _correlation(both, gained, lost, neither)
    low, high = difference_interval(proportion(treatment), proportion(baseline), phi)
    return PairedDifference((gained - lost) / total, low, high, p_value, total, gained, lost)


def difference_interval(
    first: Proportion, second: Proportion, correlation: float
) -> tuple[float, float]:
    """The interval of the difference of two shares, from their own intervals.

    The distances from each share to the ends of its interval add up as standard errors do
    (Newcombe 1998; Zou & Donner 2008, Statistics in Medicine 27:1693).

    Args:
        first: of something.
        second: which is taken away from it; of something, too.
        correlation: of the two shares.
    """
    (rate_1, low_1, high_1), (rate_2, low_2, high_2) = first.estimate(), second.estimate()
    difference = rate_1 - rate_2
    down_1, up_1 = rate_1 - low_1, high_1 - rate_1
    down_2, up_2 = rate_2 - low_2, high_2 - rate_2
    low = difference - math.sqrt(down_1**2 - 2 * correlation * down_1 * up_2 + up_2**2)
    high = difference + math.sqrt(down_2**2 - 2 * correlation * down_2 * up_1 + up_1**2)
    return max(-1.0, low), min(1.0, high)


def _correlation(both: int, gained: int, lost: int, neither: int) -> float:
    """Newcombe's continuity-corrected phi of the two-by-two table."""
    margins = (both + gained) * (lost + neither) * (both + lost) * (gained + neither)
    if margins == 0:
        return 0.0
    product = float(both * neither - gained * lost)
    if product > 0:
        product = max(product - (both + gained + lost + neither) / 2, 0)
    return product / math.sqrt(margins)


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
