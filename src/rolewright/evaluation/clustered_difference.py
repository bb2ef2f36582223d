"""The paired difference of two arms where outcomes of one cluster go together."""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np

from rolewright.evaluation.statistics import (
    PairedDifference,
    paired_difference,
    ratio_interval,
)


def clustered_difference(
    treatment: Sequence[bool], baseline: Sequence[bool], clusters: Sequence[Hashable]
) -> PairedDifference:
    """Compare two arms where pairs of one cluster are not independent of each other.

    With one pair a cluster this is ``paired_difference``. The p-value is exact in both cases: under
    no difference each cluster's net gain is as likely as the same net loss, which for clusters of
    one is McNemar's coin. The interval is Gaffke's, of the clusters' net gains: it keeps a width at
    0% and 100%, where a bootstrap over clusters has none.

    Args:
        treatment: outcome of each pair.
        baseline: outcomes of the same pairs in the same order, at least one.
        clusters: of each pair.
    """
    if len(set(clusters)) == len(clusters):
        return paired_difference(treatment, baseline)
    pairs = list(zip(treatment, baseline, strict=True))
    gained = sum(t and not b for t, b in pairs)
    lost = sum(b and not t for t, b in pairs)
    net: dict[Hashable, int] = {}
    for (t, b), cluster in zip(pairs, clusters, strict=True):
        net[cluster] = net.get(cluster, 0) + t - b
    sizes = Counter(clusters)
    low, high = ratio_interval([((size + net[each]) / 2, size) for each, size in sizes.items()])
    return PairedDifference(
        difference=(gained - lost) / len(pairs),
        low=2 * low - 1,
        high=2 * high - 1,
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
