"""What a build asked for, and whether it was reached."""

from collections.abc import Mapping
from typing import Any

from rolewright.reports.numerals import decimal
from rolewright.reports.wording import Wording


def threshold_sentences(evaluation: Mapping[str, Any], word: Wording) -> list[str]:
    """Each share of ``--fail-under`` beside what was measured."""
    return [_sentence(each, word) for each in evaluation["thresholds"]]


def _sentence(threshold: Mapping[str, Any], word: Wording) -> str:
    name = threshold["rule"] or word.name("suites", threshold["suite"])
    least = decimal(100 * threshold["least"], 1)
    if threshold["rate"] is None:
        return word("thresholds.unjudged", name=name, least=least)
    return word(
        "thresholds.reached" if threshold["reached"] else "thresholds.missed",
        name=name,
        least=least,
        rate=decimal(100 * threshold["rate"], 1),
        passed=threshold["passed"],
        total=threshold["total"],
    )
