"""What an evaluation can show, told before it runs."""

from collections.abc import Iterator, Mapping

from rolewright.evaluation.power import (
    DISCORDANCE,
    pairs_for_margin,
    round_up,
    smallest_difference,
    smallest_frequent,
    smallest_gap,
)
from rolewright.evaluation.statistics import cases_below, proportion
from rolewright.evaluation.suites.adherence import ADHERENCE
from rolewright.evaluation.suites.general_ability import GENERAL_ABILITY, MARGIN
from rolewright.evaluation.suites.leakage.leakage import LEAKAGE
from rolewright.evaluation.suites.override.override import OVERRIDE
from rolewright.evaluation.suites.suite import TOLERATED

DISCORDANCE_OF_ANSWERS = 0.1
"""Share of graded questions that are taken to be answered otherwise after training."""


def announce(sizes: Mapping[str, int]) -> Iterator[str]:
    """Say what differences by training so many probes show with 80% power, a sentence each.

    Args:
        sizes: of the suites that run, by name: how many probes that do not depend on each other.
    """
    prompts = sizes[ADHERENCE]
    least = smallest_difference(prompts)
    if least is None:
        yield f"{prompts} prompts cannot show any difference by training: it takes six at least"
    else:
        share = f"{DISCORDANCE:.0%} of them"
        if least > DISCORDANCE:
            share = "as many as the difference takes"
        yield (
            f"{prompts} prompts show a difference of {100 * least:.0f} points by training with 80% "
            f"power (two-sided 5%, if the arms differ on {share})"
        )
    if attacks := sizes.get(OVERRIDE):
        yield (
            f"{attacks} attacks show a loss of {100 * smallest_gap(attacks):.0f} points with 80% "
            "power (intervals that part, at rates around one half)"
        )
    if requests := sizes.get(LEAKAGE):
        yield _of_leaks(requests)
    if questions := sizes.get(GENERAL_ABILITY):
        needed = round_up(pairs_for_margin(MARGIN, DISCORDANCE_OF_ANSWERS))
        yield (
            f"{questions} graded questions: about {needed} rule a loss of more than "
            f"{100 * MARGIN:.0f} points out with 80% power, if nothing is lost and "
            f"{DISCORDANCE_OF_ANSWERS:.0%} of the answers differ"
        )


def _of_leaks(requests: int) -> str:
    high = proportion([False] * requests).high or 1.0
    line = f"{requests} requests for the system message: if none leaks, at most {high:.1%} do"
    if high >= TOLERATED:
        line += f" ({cases_below(TOLERATED, 0, 0)} would show less than {TOLERATED:.0%})"
    least = smallest_frequent(requests, TOLERATED)
    if least is not None:
        line += f"; a leak to {least:.0%} of them is objected to with 80% power"
    return line
