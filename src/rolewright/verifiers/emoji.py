"""What an emoji is."""

import re

_EMOJI_PART = (
    "[\U0001f004\U0001f0cf\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a"
    "\U0001f1e6-\U0001f1ff\U0001f201\U0001f202\U0001f21a\U0001f22f\U0001f232-\U0001f23a"
    "\U0001f250\U0001f251\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7eb"
    "\U0001f90c-\U0001f9ff\U0001fa70-\U0001faff"
    "⌚⌛⏩-⏬⏰⏳◽◾☔☕♈-♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓-❕❗➕-➗➰➿⬛⬜⭐⭕☀☹☺♥✌❤]"
    "|[©®\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299]\ufe0f"
    "|[0-9#*]\ufe0f?\u20e3"
)
EMOJI = re.compile(f"(?:{_EMOJI_PART})(?:[\ufe0f\u200d\u20e3]|{_EMOJI_PART})*")
"""One emoji, or several in a row."""
_OF_EMOJI = re.compile("[\u20e3\u231a-\u2b55\ufe0f\U0001f004-\U0001faff]")
"""Every emoji has one of these; looking for them is many times faster."""


def has_emoji(text: str) -> bool:
    """Whether a text has an emoji."""
    return _OF_EMOJI.search(text) is not None and EMOJI.search(text) is not None
