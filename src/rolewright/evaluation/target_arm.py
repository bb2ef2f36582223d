"""The arm that an evaluation is about, suite by suite."""

from collections.abc import Iterable, Mapping, Sequence

from rolewright.evaluation.arms import BASE, BASE_ROLE, TUNED, TUNED_ROLE
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.suites.over_role import OVER_ROLE
from rolewright.evaluation.suites.perplexity import PERPLEXITY
from rolewright.evaluation.suites.switching.switching import SWITCHING

_PREFERENCE = (TUNED_ROLE, TUNED, BASE_ROLE, BASE)
UNDIRECTED = frozenset({OVER_ROLE, SWITCHING, PERPLEXITY})
"""Suites whose checks need not all be passed, since some are of a role that nobody asked for there,
and the one that has no checks."""


def target_arm(arms: Iterable[str]) -> str | None:
    """The arm of a suite that tells of the target: tuned before base, with the role before without.

    Args:
        arms: that the suite has.
    """
    return next((arm for arm in _PREFERENCE if arm in arms), None)


def samples_of_target(
    samples: Mapping[str, Mapping[str, Sequence[Sample]]],
) -> dict[str, Sequence[Sample]]:
    """By suite the samples of that arm, without suites whose checks need not be passed.

    Args:
        samples: by suite and arm.
    """
    found = {}
    for suite, arms in samples.items():
        arm = target_arm(arms)
        if suite not in UNDIRECTED and arm is not None:
            found[suite] = arms[arm]
    return found
