"""Words and letters that an answer must or must not use."""

from typing import Annotated

from pydantic import AfterValidator, NonNegativeInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.comparison import Relation, judge_count
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.matching import Phrase, Phrases, fold_phrase, occurrences, quoted
from rolewright.verifiers.verdict import Verdict
from rolewright.verifiers.wording import must_include, never_say


def _check_letter(letter: Phrase) -> Phrase:
    if len(fold_phrase(letter)) != 1:
        raise ValueError("not one letter")
    return letter


Letter = Annotated[Phrase, AfterValidator(_check_letter)]


@instruction("keywords:existence")
def existence(text: str, conversation: Conversation, *, keywords: Phrases) -> Verdict:
    """Check that the answer has all keywords, also inside longer words.

    Rule parameters:
        keywords: what has to be found; case does not matter.

    Source: IFEval.
    """
    return must_include(text, conversation, phrases=keywords, whole_words=False)


@instruction("keywords:frequency")
def frequency(
    text: str,
    conversation: Conversation,
    *,
    keyword: Phrase,
    frequency: NonNegativeInt,
    relation: Relation,
) -> Verdict:
    """Check that the answer has a keyword so many times, also inside longer words.

    The span of a failure is the first occurrence too many.

    Rule parameters:
        keyword: what is counted; case does not matter.
        frequency: the number compared with.
        relation: whether there have to be fewer or at least as many.

    Source: IFEval.
    """
    found = list(occurrences(text, keyword, whole_words=False))
    return judge_count(found, "occurrence", relation, frequency, of=quoted(keyword))


@instruction("keywords:forbidden_words")
def forbidden_words(text: str, conversation: Conversation, *, forbidden_words: Phrases) -> Verdict:
    """Check that the answer has none of the words.

    "cat" is not found in "concatenate"; words in scripts without spaces are found anywhere.

    Rule parameters:
        forbidden_words: what is not to be said; case does not matter.

    Source: IFEval.
    """
    return never_say(text, conversation, phrases=forbidden_words)


@instruction("keywords:letter_frequency")
def letter_frequency(
    text: str,
    conversation: Conversation,
    *,
    letter: Letter,
    let_frequency: NonNegativeInt,
    let_relation: Relation,
) -> Verdict:
    """Check that the answer has a letter so many times.

    The span of a failure is the first letter too many.

    Rule parameters:
        letter: any one character, such as "e" or "的"; case does not matter.
        let_frequency: the number compared with.
        let_relation: whether there have to be fewer or at least as many.

    Source: IFEval.
    """
    found = list(occurrences(text, letter, whole_words=False))
    return judge_count(found, "occurrence", let_relation, let_frequency, of=quoted(letter))
