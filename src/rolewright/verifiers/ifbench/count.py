"""How many words and numbers an answer has."""

import re

from pydantic import NonNegativeInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.comparison import counted, judge_exact_count
from rolewright.verifiers.instruction import instruction, words_of
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
    unit: Unit | None = None,
) -> Verdict:
    """Check that the number of words lies in a range, both ends included.

    Words are those of [number_words](#length_constraintsnumber_words). The span of a failure is the
    first word too many.

    Rule parameters:
        min_words: how many are required.
        max_words: how many are allowed.
        unit: count this instead of words: see [Units](#units).

    Source: IFBench.
    """
    if unit is not None:
        return length_between(text, conversation, unit=unit, min=min_words, max=max_words)
    words = words_of(text)
    evidence = f"{counted(len(words), 'word')}, {min_words} to {max_words} required"
    excess = words[max_words] if len(words) > max_words else None
    return Verdict(min_words <= len(words) <= max_words, evidence, excess)


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
