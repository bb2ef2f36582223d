"""Whether an answer is right."""

import math
import re
import unicodedata

from rolewright.conversations.questions import Question

_NUMBER = re.compile(r"(?:(?<![\w.])[-+])?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?")
# Quotes, brackets and emphasis; signs such as those of "-5" and "C++" belong to the answer.
_BEFORE = " \"'`*_([“‘「『《（"
_AFTER = " \"'`*_)]”’」』》）.,;:!?。，、；：！？…"


def grade(question: Question, answer: str) -> bool:
    """Judge an answer by the question's own way of matching, where it does not come graded.

    - ``exact``: equal to an accepted answer after NFKC, case folding, removal of accents from Latin
      letters, and stripping of quotes and brackets around it and sentence punctuation after it;
    - ``contains``: an accepted answer stands in it, normalised the same way, as whole words where
      it begins and ends with Latin letters or digits;
    - ``regex``: a pattern is found in it as it is;
    - ``numeric``: the last number in it equals an accepted one to a relative 1e-6.
    """
    if question.correct is not None:
        return question.correct
    match question.match:
        case "exact":
            return normalise(answer) in map(normalise, question.answers)
        case "contains":
            text = normalise(answer)
            return any(_contains(text, normalise(accepted)) for accepted in question.answers)
        case "regex":
            return any(re.search(pattern, answer) for pattern in question.answers)
        case "numeric":
            return any(_equal_numbers(answer, accepted) for accepted in question.answers)


def normalise(text: str) -> str:
    """What two texts have in common that people would call the same answer."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    folded = unicodedata.normalize("NFKC", plain)
    return " ".join(folded.split()).lstrip(_BEFORE).rstrip(_AFTER)


def _contains(text: str, accepted: str) -> bool:
    left = r"(?<![a-z0-9])" if accepted[:1].isascii() else ""
    right = r"(?![a-z0-9])" if accepted[-1:].isascii() else ""
    return bool(accepted) and re.search(left + re.escape(accepted) + right, text) is not None


def _equal_numbers(answer: str, accepted: str) -> bool:
    found, wanted = _last_number(answer), _last_number(accepted)
    if found is None or wanted is None:
        return False
    return math.isclose(found, wanted, rel_tol=1e-6)


def _last_number(text: str) -> float | None:
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-")  # the minus sign
    numbers = _NUMBER.findall(plain)
    return float(numbers[-1].replace(",", "")) if numbers else None
