"""Token-by-token parity with ``preprocess`` in Qwen's ``finetune.py`` (github.com/QwenLM/Qwen).

Differences, all meant: the example's own system message is honoured (there, a constant stands in
for it), an absent one stays absent, nothing is padded, and exchanges that do not fit are left out
whole instead of being cut anywhere.
"""

from collections.abc import Callable

from rolewright.conversations.conversation import Conversation, Message
from rolewright.tokens.example import Segment


def qwen_segments(
    conversation: Conversation,
    encode: Callable[[str], list[int]],
    control: tuple[int, int],
) -> tuple[Segment, list[Segment]]:
    """The system block and the turns, with the targets that Qwen's script gives them.

    Besides the assistants' content it trains every ``<|im_start|>``, ``<|im_end|>`` and the newline
    after it, those of the system and the user blocks too.

    Args:
        conversation: with its effective system message.
        encode: encodes a text without control tokens.
        control: ids of ``<|im_start|>`` and ``<|im_end|>``.
    """
    start, end = control
    newline = encode("\n")

    def block(header: list[int], text: str, *, trained: bool) -> Segment:
        body = encode(text)
        ids = [start, *header, *body, end, *newline]
        mask = [True] + [False] * len(header) + [trained] * len(body) + [True] * (1 + len(newline))
        return Segment(ids, mask)

    def turn(message: Message) -> Segment:
        trained = message.role == "assistant" and message.train
        return block(encode(message.role) + newline, message.content, trained=trained)

    system = (
        Segment([], [])
        if conversation.system is None
        else block(encode("system") + newline, conversation.system, trained=False)
    )
    return system, [turn(message) for message in conversation.messages]
