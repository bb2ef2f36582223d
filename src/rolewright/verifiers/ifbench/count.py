"""How many words and numbers an answer has."""

import re

from pydantic import NonNegativeInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.comparison import judge_exact_count
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.length import length_between
from rolewright.verifiers.matching import fold_phrase
from rolewright.verifiers.segmentation import Unit, units_of
from rolewright.verifiers.verdict import Verdict

_NUMBER = re.compile(r"\d+(?:[.,．，]\d+)*")


@instruction("count:word_count_range")
def word_count_range(
    text: str,
    conversation: Conversation,
    *,
    min_words: NonNegativeInt,
    max_words: NonNegativeInt,
    unit: Unit = "words",
) -> Verdict:
    """Check that the number of words lies in a range, both ends included.

    Rule parameters:
        min_words: how many are required.
        max_words: how many are allowed.
        unit: what to count; ``segmentation.units_of`` defines each.

    Source: IFBench.
    """
    return length_between(text, conversation, unit=unit, min=min_words, max=max_words)


@instruction("count:unique_word_count")
def unique_word_count(
    text: str, conversation: Conversation, *, N: NonNegativeInt, unit: Unit = "words"
) -> Verdict:
    """Check that the answer has so many different words.

    Rule parameters:
        N: how many are required.
        unit: what to count; ``segmentation.units_of`` defines each. "han" counts different Han
            characters.

    Source: IFBench.
    """
    different = {fold_phrase(text[slice(*span)]) for span in units_of(text, unit)}
    evidence = f"{len(different)} different {unit}, at least {N} required"
    return Verdict(len(different) >= N, evidence)


@instruction("count:numbers")
def numbers(text: str, conversation: Conversation, *, N: NonNegativeInt) -> Verdict:
    """Check that the answer has exactly so many numbers.

    Numbers are written in digits; "3.14" and "1,000" are one each, and numbers of lists count. 三
    does not: 一起 and 万一 have no number. The span of a failure is the first number too many.

    Rule parameters:
        N: how many there have to be, exactly.

    Source: IFBench.
    """
    return judge_exact_count([number.span() for number in _NUMBER.finditer(text)], "number", N)
