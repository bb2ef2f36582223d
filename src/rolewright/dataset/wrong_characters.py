"""Text that was read in the wrong encoding, and characters that nobody types."""

import re
from typing import Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.row import Row

# Joiners and variation selectors are left out: emoji and several scripts need them.
_UNTYPED: Final = (
    "\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069"
    "\ue000-\uf8ff\ufff0-\ufffb"
)
_STRAY: Final = re.compile(f"[{_UNTYPED}]|锟斤拷|烫烫烫|屯屯屯")
_STRAY_START: Final = re.compile(f"[{_UNTYPED}锟烫屯]")  # many times as fast
_WINDOWS_ONLY = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LATIN: Final = f"[\u00a0-\u00ff{_WINDOWS_ONLY}]"
_LATIN_RUN: Final = re.compile(f"{_LATIN}{_LATIN}+")
# What UTF-8 looks like as GBK has these characters, which Chinese text has not.
_OF_GBK: Final = re.compile(
    "["
    + "".join(
        bytes((lead, trail)).decode("gbk", "ignore")
        for lead in range(0xE4, 0xEA)
        for trail in (*range(0x80, 0xA1),)
        if trail != 0x7F
    )
    + "锛銆鈥]"
)
_HAN_RUN: Final = re.compile("[\u3400-\u9fff\ue000-\uf8ff]{3,}")
_CHINESE: Final = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]{3,}")


def wrong_characters(message: Message, row: Row) -> str | None:
    """What of a text is no text: mojibake, replacement, control and invisible characters."""
    text = message.content
    if text.isascii() and text.isprintable():
        return None
    if _STRAY_START.search(text) and (stray := _STRAY.search(text)):
        character = stray[0]
        shown = f"U+{ord(character):04X}" if len(character) == 1 else repr(character)
        return f"has {shown}, which nobody types"
    garbled = _utf8_as_latin(text) or _utf8_as_gbk(text)
    return garbled and f"has {garbled[0]!r}, which was {garbled[1]!r} before it was decoded wrongly"


def _utf8_as_latin(text: str) -> tuple[str, str] | None:
    for run in _LATIN_RUN.finditer(text):
        encoded = b"".join(
            character.encode("latin-1" if character <= "\xff" else "cp1252") for character in run[0]
        )
        for encoding in ("utf-8", "gb2312"):
            if encoding == "gb2312" and len(encoded) < 4:
                continue
            start = 0 if encoding == "gb2312" else _first_lead(encoded)
            try:
                meant = encoded[start:].decode(encoding)
            except UnicodeDecodeError:
                continue
            if meant and len(meant) < len(encoded) - start:
                return run[0], meant
    return None


def _first_lead(encoded: bytes) -> int:
    """Where the first byte stands that may begin a character in UTF-8; the length if none does."""
    leads = (place for place, byte in enumerate(encoded) if 0xC2 <= byte <= 0xF4)
    return next(leads, len(encoded))


def _utf8_as_gbk(text: str) -> tuple[str, str] | None:
    if not _OF_GBK.search(text):
        return None
    for run in _HAN_RUN.finditer(text):
        meant = run[0].encode("gb18030", "ignore").decode("utf-8", "ignore")
        # Of Chinese text next to nothing is left, and it is not Chinese.
        if decoded := _CHINESE.search(meant):
            return run[0], decoded[0]
    return None
