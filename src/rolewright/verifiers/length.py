"""How long an answer may be, in the unit that the role declares."""

from pydantic import NonNegativeInt, PositiveInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.segmentation import Unit, count_units, units_of
from rolewright.verifiers.verdict import Verdict

_UNIT_NAMES: dict[Unit, tuple[str, str]] = {
    "words": ("word", "words"),
    "characters": ("character", "characters"),
    "han": ("Han character", "Han characters"),
    "han+punct": ("Han character or mark", "Han characters and marks"),
    "word_style": ("word or mark", "words and marks"),
    "nonspace": ("character without spaces", "characters without spaces"),
    "sentences": ("sentence", "sentences"),
    "lines": ("line", "lines"),
    "paragraphs": ("paragraph", "paragraphs"),
}


@verifier("max_length")
def max_length(
    text: str, conversation: Conversation, *, unit: Unit, max: NonNegativeInt
) -> Verdict:
    """Check that the answer is at most so many units long.

    The span of a failure runs from the first unit too many to the last.

    Rule parameters:
        unit: what to count; ``segmentation.units_of`` defines each.
        max: how many units are allowed.

    Source: IFEval (arXiv 2311.07911) ``length_constraints:number_words`` and its siblings.
    """
    return _judge(text, unit, 0, max)


@verifier("min_length")
def min_length(text: str, conversation: Conversation, *, unit: Unit, min: PositiveInt) -> Verdict:
    """Check that the answer is at least so many units long.

    Rule parameters:
        unit: what to count; ``segmentation.units_of`` defines each.
        min: how many units are required.

    Source: IFEval (arXiv 2311.07911) ``length_constraints:number_words`` and its siblings.
    """
    return _judge(text, unit, min, None)


@verifier("length_between")
def length_between(
    text: str, conversation: Conversation, *, unit: Unit, min: NonNegativeInt, max: NonNegativeInt
) -> Verdict:
    """Check that the length of the answer lies in a range, both ends included.

    Rule parameters:
        unit: what to count; ``segmentation.units_of`` defines each.
        min: how many units are required.
        max: how many units are allowed.

    Source: IFBench ``count:word_count_range``.
    """
    return _judge(text, unit, min, max)


def _judge(text: str, unit: Unit, low: int, high: int | None) -> Verdict:
    count = count_units(text, unit)
    measured = _count_in_words(count, unit)
    if count < low:
        return Verdict(False, f"{measured}, at least {low} required")
    if high is not None and count > high:
        units = units_of(text, unit)
        excess = (units[high][0], units[-1][1])
        return Verdict(False, f"{measured}, at most {high} allowed", excess)
    if high is None:
        return Verdict(True, f"{measured}, at least {low} required")
    limits = f"{low} to {high}" if low else f"at most {high}"
    return Verdict(True, f"{measured}, {limits} allowed")


def _count_in_words(count: int, unit: Unit) -> str:
    singular, plural = _UNIT_NAMES[unit]
    return f"{count} {singular if count == 1 else plural}"
