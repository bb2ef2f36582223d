"""The paired difference of two arms where outcomes of one cluster go together."""

import math
from collections.abc import Hashable, Sequence

import numpy as np

from rolewright.evaluation.statistics import (
    PairedDifference,
    clustered_proportion,
    difference_interval,
    paired_difference,
)


def clustered_difference(
    treatment: Sequence[bool], baseline: Sequence[bool], clusters: Sequence[Hashable]
) -> PairedDifference:
    """Compare two arms where pairs of one cluster are not independent of each other.

    With one pair a cluster this is ``paired_difference``. The p-value is exact in both cases: under
    no difference each cluster's net gain is as likely as the same net loss, which for clusters of
    one is McNemar's coin. The interval adds the two arms' clustered Wilson intervals as Newcombe's
    does (method 10; for clusters Yang, Sun & Hardin 2012, Pharmaceutical Statistics 11:386), so
    that it keeps a width at 0% and 100%, where a bootstrap over clusters has none.

    Args:
        treatment: outcome of each pair.
        baseline: outcomes of the same pairs in the same order, at least one.
        clusters: of each pair.
    """
    if len(set(clusters)) == len(clusters):
        return paired_difference(treatment, baseline)
    first = clustered_proportion(treatment, clusters)
    second = clustered_proportion(baseline, clusters)
    phi = _correlation(treatment, baseline, clusters)
    low, high = difference_interval(first, second, phi)
    pairs = list(zip(treatment, baseline, strict=True))
    gained = sum(t and not b for t, b in pairs)
    lost = sum(b and not t for t, b in pairs)
    net: dict[Hashable, int] = {}
    for (t, b), cluster in zip(pairs, clusters, strict=True):
        net[cluster] = net.get(cluster, 0) + t - b
    return PairedDifference(
        difference=(gained - lost) / len(pairs),
        low=low,
        high=high,
        p_value=sign_flip_p_value(list(net.values())),
        pairs=len(pairs),
        gained=gained,
        lost=lost,
    )


def sign_flip_p_value(sums: Sequence[int]) -> float:
    """How likely a sum of these sizes is as far from zero as theirs, if all signs are coins.

    Over all signs at once, by convolution; Monte Carlo is not needed, as sums are whole numbers.

    Args:
        sums: a cluster's each.
    """
    sizes = [abs(each) for each in sums if each]
    chances = np.ones(1)  # of the values -total … total
    for size in sizes:
        coin = np.zeros(2 * size + 1)
        coin[[0, -1]] = 0.5
        chances = np.convolve(chances, coin)
    total = sum(sizes)
    far = np.abs(np.arange(-total, total + 1)) >= abs(sum(sums))
    return min(1.0, float(chances[far].sum()))


def _correlation(
    treatment: Sequence[bool], baseline: Sequence[bool], clusters: Sequence[Hashable]
) -> float:
    """Of the two arms' shares, from the residuals of whole clusters; 0 where one has none."""
    order = {cluster: number for number, cluster in enumerate(dict.fromkeys(clusters))}
    index = [order[cluster] for cluster in clusters]
    first, second = (
        np.bincount(index, np.asarray(outcomes, dtype=float) - np.mean(outcomes))
        for outcomes in (treatment, baseline)
    )
    scale = math.sqrt(float(first @ first) * float(second @ second))
    return float(first @ second) / scale if scale > 1e-12 else 0.0
