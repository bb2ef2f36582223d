"""Comparing how often something occurs with how often it should."""

from collections.abc import Sequence
from typing import Literal

from rolewright.verifiers.matching import Span
from rolewright.verifiers.verdict import Verdict

Relation = Literal["less than", "at least"]


def judge_count(
    found: Sequence[Span], noun: str, relation: Relation, threshold: int, *, of: str = ""
) -> Verdict:
    """Judge a number of places against a threshold.

    Args:
        found: the places, in the text's order.
        noun: what was counted, in the singular; an s makes its plural.
        relation: what the number has to be to the threshold.
        threshold: the number compared with.
        of: what follows the noun ("2 occurrences of …").

    Returns:
        A verdict whose span, if there are too many, is the first place too many.
    """
    measured = counted(len(found), noun) + (f" of {of}" if of else "")
    evidence = f"{measured}, {relation} {threshold} required"
    if relation == "at least":
        return Verdict(len(found) >= threshold, evidence)
    if len(found) < threshold:
        return Verdict(True, evidence)
    return Verdict(False, evidence, found[threshold - 1] if threshold else None)


def judge_exact_count(found: Sequence[Span], noun: str, required: int) -> Verdict:
    """Judge whether there are exactly so many places; the span is the first one too many."""
    evidence = f"{counted(len(found), noun)}, exactly {required} required"
    return Verdict(
        len(found) == required, evidence, found[required] if len(found) > required else None
    )


def counted(count: int, noun: str) -> str:
    """Say a number of things: "1 word", "2 words"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
