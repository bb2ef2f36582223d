"""How much of an answer overlaps with a text given."""

from typing import Annotated

from pydantic import Field

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.matching import Phrase
from rolewright.verifiers.verdict import Verdict

Percentage = Annotated[float, Field(ge=0, le=100)]
_LENGTH = 3
_TOLERANCE_PERCENT = 2


@instruction("ratio:overlap")
def overlap(
    text: str, conversation: Conversation, *, reference_text: Phrase, percentage: Percentage
) -> Verdict:
    """Check that the answer overlaps with a reference text to a certain degree.

    What is measured is the share of the answer's different sequences of 3 characters that the
    reference text has as well. It may be off by 2 points.

    Rule parameters:
        reference_text: the text compared with.
        percentage: the share, in percent.

    Source: IFBench.
    """
    own = _sequences(text)
    if not own:
        return Verdict(False, f"fewer than {_LENGTH} characters")
    share = 100 * len(own & _sequences(reference_text)) / len(own)
    passed = percentage - _TOLERANCE_PERCENT <= share <= percentage + _TOLERANCE_PERCENT
    return Verdict(
        passed,
        f"{share:.1f}% of the answer's {_LENGTH}-character sequences are in the reference text, "
        f"{percentage:g}% ± {_TOLERANCE_PERCENT} required",
    )


def _sequences(text: str) -> set[str]:
    return {text[start : start + _LENGTH] for start in range(len(text) - _LENGTH + 1)}
