"""Capital and small letters."""

import re

from pydantic import NonNegativeInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.comparison import Relation, judge_count
from rolewright.verifiers.ifeval.language import response_language
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.matching import quoted
from rolewright.verifiers.segmentation import HAN, KANA
from rolewright.verifiers.verdict import Verdict

_LETTER = f"(?:(?![{HAN}{KANA}])\\w)"
_WORD = re.compile(f"{_LETTER}+(?:[-'’./&]{_LETTER}+)*")
_CONTRACTION = re.compile(r"['’](?:s|m|d|t|re|ve|ll)\Z", re.IGNORECASE)


@instruction("change_case:capital_word_frequency")
def capital_word_frequency(
    text: str,
    conversation: Conversation,
    *,
    capital_frequency: NonNegativeInt,
    capital_relation: Relation,
) -> Verdict:
    """Check that the answer has so many words in capital letters only.

    "DON'T", "AC/DC" and "WELL-KNOWN" are one word each, and so are "I", also in "I'm", and "A". The
    span of a failure is the first word too many.

    Rule parameters:
        capital_frequency: the number compared with.
        capital_relation: whether there have to be fewer or at least as many.

    Source: IFEval.
    """
    words = [
        word.span() for word in _WORD.finditer(text) if _CONTRACTION.sub("", word[0]).isupper()
    ]
    return judge_count(words, "all-capital word", capital_relation, capital_frequency)


@instruction("change_case:english_capital")
def english_capital(text: str, conversation: Conversation) -> Verdict:
    """Check that the whole answer is English in capital letters.

    Source: IFEval.
    """
    small = next((i for i, letter in enumerate(text) if letter.islower()), None)
    if small is not None:
        return Verdict(False, f"has the small letter {quoted(text[small])}", (small, small + 1))
    if not text.isupper():
        return Verdict(False, "has no capital letters")
    return response_language(text, conversation, language="en")


@instruction("change_case:english_lowercase")
def english_lowercase(text: str, conversation: Conversation) -> Verdict:
    """Check that the whole answer is English in small letters.

    Source: IFEval.
    """
    capital = next((i for i, letter in enumerate(text) if letter.isupper()), None)
    if capital is not None:
        evidence = f"has the capital letter {quoted(text[capital])}"
        return Verdict(False, evidence, (capital, capital + 1))
    if not text.islower():
        return Verdict(False, "has no small letters")
    return response_language(text, conversation, language="en")
