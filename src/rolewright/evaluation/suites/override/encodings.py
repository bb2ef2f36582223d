"""How an attack hides what it asks for."""

import base64
import codecs
from collections.abc import Callable

_LEET = str.maketrans("aeiost", "431057")
_HOMOGLYPHS = str.maketrans("aceopxyAEHOPT", "асеорхуАЕНОРТ")  # Cyrillic look-alikes
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_ZERO_WIDTH = "\u200b"

ENCODINGS: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "reversed": lambda text: text[::-1],
    "leetspeak": lambda text: text.translate(_LEET),
    "homoglyphs": lambda text: text.translate(_HOMOGLYPHS),
    "full_width": lambda text: text.translate(_FULL_WIDTH),
    "zero_width": _ZERO_WIDTH.join,
    "spaced": " ".join,
}
"""By name: a text → the text as the attack spells it."""
