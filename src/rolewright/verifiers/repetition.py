"""An answer that says again what was said: the question, or itself; and one that asks back."""

from pydantic import PositiveInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import quoted
from rolewright.verifiers.overlap import grams_of, words_of
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.secrecy import Share
from rolewright.verifiers.segmentation import prose_of, sentences_of
from rolewright.verifiers.verdict import Verdict
from rolewright.verifiers.wording import last_user_turn

_RUN_WORDS = 3


@verifier("repeats_no_question")
def repeats_no_question(
    text: str, conversation: Conversation, *, share: Share = 0.7, min_words: PositiveInt = 5
) -> Verdict:
    """Check that the answer does not begin by repeating the user's question.

    The first sentence is compared with the last user turn: what counts is the longest run of the
    user's words in it, each Han character being a word, as a share of the question.

    Rule parameters:
        share: the share of the question's words that may stand there in a row.
        min_words: a question shorter than this may be repeated.
    """
    question = words_of(last_user_turn(conversation))
    if len(question.words) < min_words:
        return Verdict(True, "the question is too short to be repeated")
    sentences = sentences_of(text)
    if not sentences:
        return Verdict(True, "the answer has no sentence")
    start, end = sentences[0]
    known = grams_of(last_user_turn(conversation), _RUN_WORDS)
    length, place = words_of(text[start:end]).longest_run(known, _RUN_WORDS)
    measured = min(1.0, length / len(question.words))
    evidence = f"repeats {measured:.0%} of the question, at most {share:.0%} allowed"
    if place is None or measured <= share:
        return Verdict(True, evidence)
    span = (start + place[0], start + place[1])
    return Verdict(False, f"{evidence}: {quoted(text[slice(*span)])}", span)


@verifier("no_repetition")
def no_repetition(
    text: str, conversation: Conversation, *, max: PositiveInt = 1, min_words: PositiveInt = 4
) -> Verdict:
    """Check that the answer does not say the same sentence again and again.

    Case, punctuation and code do not matter. The span of a failure is the first sentence too many.

    Rule parameters:
        max: how many times a sentence may stand in the answer.
        min_words: shorter sentences may be repeated; each Han character is a word.
    """
    said: dict[tuple[str, ...], int] = {}
    for span in sentences_of(prose_of(text)):
        words = words_of(text[slice(*span)]).words
        said[words] = said.get(words, 0) + 1
        if len(words) >= min_words and said[words] > max:
            times = "twice" if max == 1 else f"{max + 1} times"
            return Verdict(False, f"says {quoted(text[slice(*span)])} {times}", span)
    often = "twice" if max == 1 else f"{max + 1} times"
    return Verdict(True, f"says no sentence {often}")


@verifier("asks_back")
def asks_back(text: str, conversation: Conversation) -> Verdict:
    """Check that the answer ends by asking the user something.

    Quotation marks, emoji and other marks behind the question mark do not matter.
    """
    end = len(text)
    while end and not text[end - 1].isalnum():
        end -= 1
    if "?" in text[end:] or "？" in text[end:]:
        return Verdict(True, "ends with a question")
    sentences = sentences_of(text)
    if not sentences:
        return Verdict(False, "the answer has no sentence")
    last = sentences[-1]
    return Verdict(False, f"ends with {quoted(text[slice(*last)])}, which is no question", last)
