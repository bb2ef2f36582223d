"""The formats that conversations come in, told apart row by row."""

from collections.abc import Callable, Mapping
from typing import Literal

from rolewright.conversations.defect import Defect, quote
from rolewright.conversations.formats import alpaca, openai, qwen, sharegpt
from rolewright.conversations.formats.draft import Draft

Format = Literal["qwen", "openai", "sharegpt", "alpaca"]

_READERS: Mapping[Format, Callable[[Mapping[str, object]], Draft | tuple[Defect, ...]]] = {
    "qwen": qwen.read,
    "openai": openai.read,
    "sharegpt": sharegpt.read,
    "alpaca": alpaca.read,
}
_TELLING_KEYS = ("messages", "conversations", "instruction")
_FOUR_FORMATS = (
    'one of Qwen {"conversations": [{"from": "user", "value": …}]}, '
    'OpenAI {"messages": [{"role": "user", "content": …}]}, '
    'ShareGPT {"conversations": [{"from": "human", "value": …}]}, '
    'Alpaca {"instruction": …, "input": …, "output": …}'
)


def detect(row: Mapping[str, object]) -> Format | Defect:
    """Tell the format of a row by the keys it has; a key with null counts as missing.

    A row with ``conversations`` is ShareGPT's as soon as one turn is by ``human`` or ``gpt``, else
    Qwen's. A row that has the telling keys of two formats is a defect, since either choice would
    drop text in silence.
    """
    match [key for key in _TELLING_KEYS if row.get(key) is not None]:
        case ["messages"]:
            return "openai"
        case ["conversations"]:
            return "sharegpt" if _has_sharegpt_speaker(row["conversations"]) else "qwen"
        case ["instruction"]:
            return "alpaca"
        case []:
            names = ", ".join(quote(name) for name in list(row)[:10]) or "none"
            return Defect("", f"an unknown format, with the keys {names}", _FOUR_FORMATS)
        case several:
            names = ", ".join(map(quote, several))
            return Defect("", f"keys of several formats: {names}", _FOUR_FORMATS, "keep one")


def read_draft(row: Mapping[str, object]) -> Draft | tuple[Defect, ...]:
    """Detect the format of a row and read its turns, if it can be told where they stand."""
    detected = detect(row)
    return (detected,) if isinstance(detected, Defect) else _READERS[detected](row)


def _has_sharegpt_speaker(turns: object) -> bool:
    if not isinstance(turns, list):
        return False
    speakers = (turn.get("from") for turn in turns if isinstance(turn, dict))
    return any(isinstance(name, str) and name in sharegpt.OWN_ROLES for name in speakers)
