"""Blanks that nobody has filled in, and answers that stand for one."""

import re
from typing import Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.row import Row
from rolewright.verifiers.hygiene import BLANK
from rolewright.verifiers.matching import has_any, quoted
from rolewright.verifiers.segmentation import without_code

_UNFILLED: Final = re.compile(
    r"(?<![\\\w}{$^])\$?\{[A-Za-z_]{3,30}\}(?!\})|\{[\u4e00-\u9fff_]{1,10}\}|%\(\w+\)s"
    r"|<(?:your|insert|enter)[ _][^<>\n]{1,30}>|\((?:insert|fill in|your) [^()\n]{1,30}\)"
    r"|(?:待|未)(?:补充|填写|完善)|占位|此处(?:填写|省略|插入)"
    r"|（略）|\(略\)",
    re.IGNORECASE,
)
_MARKS: Final = (
    *"[【{<%(（",
    *("TODO", "Todo", "todo", "TBD", "FIXME", "Lorem", "lorem"),
    *("待补", "待填", "待完", "未补", "未填", "未完", "占位", "此处"),
)
"""A blank has one of these, or three x."""
_NOTHING: Final = re.compile(
    r"\W*(?:n/?a|nan|null|none|undefined|\[object object\]|test(?:ing)?"
    r"|asdf\w*|foo|placeholder|tbd|todo|待定|测试)\W*|[\s.。…·,，、;；:：\-—_~*#/|\\?？!！]+",
    re.IGNORECASE,
)
_MOST_NOTHING_CHARACTERS: Final = 40
# A line to write on is what an exercise has.
_LINE: Final = "_"


def placeholder(message: Message, row: Row) -> str | None:
    """A blank outside code, or an answer that says nothing."""
    text = message.content
    if (
        message.role == "assistant"
        and len(text) < _MOST_NOTHING_CHARACTERS
        and _NOTHING.fullmatch(text)
        and not _is_told_to_say(text, row)
    ):
        return f"is {quoted(text)}, which answers nothing"
    if not has_any(text, _MARKS) and "xxx" not in text.casefold():
        return None
    if not (BLANK.search(text) or _UNFILLED.search(text)):
        return None
    prose = without_code(text)
    blanks = [*BLANK.finditer(prose), *_UNFILLED.finditer(prose)]
    left = next((blank[0] for blank in blanks if not blank[0].startswith(_LINE)), None)
    return left and f"has {quoted(left)}, a blank that nobody has filled in"


def _is_told_to_say(text: str, row: Row) -> bool:
    """Whether the system message has the word, as in "answer N/A where nothing is said"."""
    word = text.strip(" \n.。\"'").casefold()
    return bool(word) and word in (row.system or "").casefold()
