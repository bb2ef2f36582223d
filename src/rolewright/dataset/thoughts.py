"""Reasoning that leaks into answers, or that only some of them have."""

import re
from typing import Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.row import Row
from rolewright.verifiers.hygiene import FIRST_BLOCK, THOUGHT_TAG
from rolewright.verifiers.matching import compile_wording, quoted

_EMPTY_BLOCK: Final = re.compile(r"\s*<think>\s*</think>")

# A model that thinks speaks of the user; a role speaks to the user.
_THINKS_ALOUD: Final = compile_wording(
    r"\A\s*(?:(?:okay|ok|alright|hmm|so|well|right|first|now)[,.!…]* )*"
    r"(?:the user(?:'s|’s)? (?:question|query|message|request|is (?:asking|saying|looking)"
    r"|wants?|asks?|asked|says|said|seems|needs me)"
    r"|let me think step by step|(?:we|i) need to (?:answer|respond|reply|figure out)\b)[^\n]{0,40}"
    r"|\A\s*(?:(?:好的?|嗯+|首先|那么|现在|让我(?:想想|看看|分析一下))[，,。…]*)*"
    r"(?:(?:这个|该)?用户(?:现在|刚才)?(?:问|想知道|想了解|说|在问|询问|提到|发来|希望我|的(?:问题|意图))"
    r"|让我们?来?(?:一步一?步|逐步)地?来?(?:想|思考|分析|推理)"
    r"|我(?:需要|得|应该)先?(?:分析|理解|弄清|确认)(?:一下)?用户)[^\n]{0,20}",
    re.IGNORECASE,
)


def thought(message: Message, row: Row) -> str | None:
    """A thought, whole or in part; an empty block is how a model is taught not to think."""
    text = message.content
    if aloud := _THINKS_ALOUD.match(text):
        return f"begins with a thought: {quoted(aloud[0])}"
    if "<" not in text:
        return None
    rest = _EMPTY_BLOCK.sub("", text, count=1)
    tag = THOUGHT_TAG.search(rest)
    if tag is None:
        return None
    block = FIRST_BLOCK.match(rest)
    if block is not None and THOUGHT_TAG.search(rest, block.end()) is None:
        return "has a <think> block, which most answers have not"
    return f"has the tag {tag[0]!r} of a thought that is not whole"
