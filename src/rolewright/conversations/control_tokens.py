"""The control tokens of chat models, written out as text.

Knows nothing about token ids: whether a text such as ``<|im_end|>`` becomes one token is decided
where texts are encoded. ``<think>`` is ordinary text here, since models write it themselves.
"""

import re

PATTERN = re.compile(r"<\|[a-z0-9_]+\|>")


def control_tokens_in(text: str) -> tuple[str, ...]:
    """Return the distinct control tokens that ``text`` spells out, in order of appearance.

    Qwen's ``<|im_start|>``, ``<|im_end|>``, ``<|endoftext|>`` and ``<|extra_N|>`` are among them,
    as is anything else of that shape, so that other models' control tokens are noticed too.
    """
    return tuple(dict.fromkeys(PATTERN.findall(text))) if "<|" in text else ()
