"""Token-by-token parity with ``preprocess`` in Qwen's ``finetune.py`` (github.com/QwenLM/Qwen).

Differences, all meant: the example's own system message is honoured (there, a constant stands in
for it), an absent one stays absent, nothing is padded, and exchanges that do not fit are left out
whole instead of being cut anywhere.
"""

from array import array

from rolewright.conversations.conversation import Message
from rolewright.tokens.example import Run


def qwen_system(system: str | None, control: "tuple[array[int], array[int]]") -> list[Run]:
    """The system block with the targets that Qwen's script gives it; nothing where absent."""
    return [] if system is None else _block("system", system, control, trained=False)


def qwen_turn(message: Message, control: "tuple[array[int], array[int]]") -> list[Run]:
    """A turn with the targets that Qwen's script gives it.

    Besides the assistants' content it trains every ``<|im_start|>``, ``<|im_end|>`` and the newline
    after it, those of the system and the user blocks too; not the end of one that was cut.

    Args:
        message: of a user or an assistant.
        control: ids of ``<|im_start|>`` and ``<|im_end|>``.
    """
    trained = message.role == "assistant" and message.train
    return _block(message.role, message.content, control, trained=trained, ended=not message.cut)


def _block(
    header: str,
    text: str,
    control: "tuple[array[int], array[int]]",
    *,
    trained: bool,
    ended: bool = True,
) -> list[Run]:
    start, end = control
    return [
        Run(start, True),
        Run(header, False),
        Run("\n", False),
        Run(text, trained),
        Run(end, ended),
        Run("\n", ended),
    ]
