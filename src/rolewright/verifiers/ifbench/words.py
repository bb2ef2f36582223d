"""How often an answer repeats itself."""

from collections import Counter

from pydantic import PositiveInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.matching import fold_phrase, quoted
from rolewright.verifiers.segmentation import Unit, units_of
from rolewright.verifiers.verdict import Verdict


@instruction("words:repeats")
def repeats(
    text: str, conversation: Conversation, *, small_n: PositiveInt, unit: Unit = "words"
) -> Verdict:
    """Check that the answer uses no word more than so many times.

    In Chinese each character is a word, so that 的 soon is one too many: there, name another unit,
    such as "sentences" or "lines". The span of a failure is the first use too many.

    Rule parameters:
        small_n: how many times are allowed.
        unit: what to compare; ``segmentation.units_of`` defines each.

    Source: IFBench.
    """
    uses: Counter[str] = Counter()
    for span in units_of(text, unit):
        piece = fold_phrase(text[slice(*span)])
        uses[piece] += 1
        if uses[piece] > small_n:
            evidence = f"uses {quoted(piece)} more often than {small_n} times"
            return Verdict(False, evidence, span)
    most = max(uses.values(), default=0)
    return Verdict(True, f"repeats nothing more often than {most} times, {small_n} allowed")
