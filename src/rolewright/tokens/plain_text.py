"""What people wrote is text: a tokenizer without control tokens, and the ids it never gives."""

import json
import re
from typing import Any

_MARKER = re.compile(r"[<\[].*[>\]]", re.DOTALL)
_ADDED_TOKENS = '"added_tokens":'


def plain_copy(tokenizer: Any) -> Any:
    """A copy to which ``<|im_end|>`` is the characters that it consists of.

    Args:
        tokenizer: a transformers fast tokenizer.
    """
    from tokenizers import Tokenizer

    described: str = tokenizer.backend_tokenizer.to_str()
    # Only this part is parsed: the vocabulary after it takes as long as all else together.
    start = described.index(_ADDED_TOKENS) + len(_ADDED_TOKENS)
    added, end = json.JSONDecoder().raw_decode(described, start)
    for token in added:
        token["special"] = _is_control(token["content"], token["special"])
    plain = Tokenizer.from_str(described[:start] + json.dumps(added) + described[end:])
    plain.encode_special_tokens = True  # as any other text, that is
    plain.no_padding()
    plain.no_truncation()
    return plain


def control_ids(tokenizer: Any) -> frozenset[int]:
    """The ids of a tokenizer's control tokens, which no text becomes."""
    added = tokenizer.added_tokens_decoder.items()
    return frozenset(id_ for id_, token in added if _is_control(token.content, token.special))


def _is_control(content: str, special: bool) -> bool:
    # <think> and <tool_call> steer a model too, though they are not flagged as special.
    return special or _MARKER.fullmatch(content) is not None
