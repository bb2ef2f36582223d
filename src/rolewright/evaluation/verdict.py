"""The verdict in words, with its reason."""

from collections.abc import Mapping, Sequence
from typing import Literal

from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.power import SIGNIFICANCE, pairs_needed, round_up
from rolewright.evaluation.statistics import PairedDifference

VerdictText = Literal["took hold", "not proven", "base model only"]


def decide(
    paired: PairedDifference | None,
    kept_all: Mapping[str, float],
    objections: Sequence[str] = (),
) -> tuple[VerdictText, str]:
    """Decide whether training brought what the prompt alone did not.

    "took hold" needs the whole 95% interval of the paired difference above zero and an exact
    p-value below 0.05 (the interval's ends are drawn, so that at the very edge the two may differ),
    the tuned model to keep every rule on more than half of the prompts, and no objection.

    Args:
        paired: tuned against base with role; None where no tuned model was evaluated.
        kept_all: share of prompts with all rules kept, by arm.
        objections: of the suites that ran and of single rules, a sentence each.
    """
    prompted = kept_all[BASE_ROLE]
    if paired is None:
        return (
            "base model only",
            f"With the role as a prompt the model keeps all rules on {prompted:.0%} of the "
            "prompts. No tuned model was compared with it.",
        )
    tuned = kept_all[TUNED_ROLE]
    numbers = (
        f"All rules kept on {tuned:.0%} of {paired.pairs} prompts after training, {prompted:.0%} "
        f"with the role as a prompt only: a difference of {100 * paired.difference:+.0f} points "
        f"(95% interval {100 * paired.low:+.0f} to {100 * paired.high:+.0f}, exact McNemar "
        f"p = {paired.p_value:.2g})."
    )
    if paired.low <= 0 or paired.p_value >= SIGNIFICANCE:
        return "not proven", f"{numbers} {_too_few(paired)}"
    if tuned <= 0.5:
        return "not proven", f"{numbers} Training helped, but most answers still break a rule."
    if objections:
        return "not proven", f"{numbers} But {'; '.join(objections)}."
    return "took hold", numbers


def _too_few(paired: PairedDifference) -> str:
    """How many prompts would show a difference of the size that was found."""
    if paired.difference <= 0:
        return "Training brought nothing on these prompts that the prompt alone did not."
    needed = round_up(pairs_needed(paired.difference, paired.discordance))
    return (
        f"So few prompts do not prove a difference: about {needed} held-out prompts would be "
        "needed to show one of this size (with 80% power)."
    )
