"""Marks that an answer must not have."""

import re

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.instruction import instruction
from rolewright.verifiers.matching import quoted
from rolewright.verifiers.verdict import Verdict

_COMMA = re.compile("[,，،]")


@instruction("punctuation:no_comma")
def no_comma(text: str, conversation: Conversation) -> Verdict:
    """Check that the answer has no comma.

    The Chinese ， and the Arabic ، are commas; the 、 of Chinese enumerations is another mark.

    Source: IFEval.
    """
    comma = _COMMA.search(text)
    if comma is None:
        return Verdict(True, "no comma")
    return Verdict(False, f"has the comma {quoted(comma[0])}", comma.span())
