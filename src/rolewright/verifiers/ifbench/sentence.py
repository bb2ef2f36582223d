"""What stands in a particular sentence of an answer."""

from pydantic import PositiveInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.comparison import counted
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.matching import Phrase, first_occurrence, quoted
from rolewright.verifiers.segmentation import prose_of, sentences_of
from rolewright.verifiers.verdict import Verdict


@instruction("sentence:keyword")
def keyword(text: str, conversation: Conversation, *, word: Phrase, N: PositiveInt) -> Verdict:
    """Check that the answer has a keyword in its N-th sentence, also inside a longer word.

    Sentences are those of [Units](#units). The span of a failure is that sentence.

    Rule parameters:
        word: what has to be found; case does not matter.
        N: the number of the sentence, from 1.

    Source: IFBench.
    """
    sentences = sentences_of(prose_of(text))
    if len(sentences) < N:
        return Verdict(False, f"{counted(len(sentences), 'sentence')}, there is no sentence {N}")
    span = sentences[N - 1]
    if first_occurrence(text[slice(*span)], [word], whole_words=False) is None:
        return Verdict(False, f"sentence {N} does not say {quoted(word)}", span)
    return Verdict(True, f"sentence {N} says {quoted(word)}")
