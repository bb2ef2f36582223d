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
    r"|（略）|\(略\)|[【\[]待(?:审核|核实|确认|校对|修改)[】\]]|\[object Object\]"
    r"|\b(?:dear|hello|hi|hey) (?:undefined|null)\b|(?:undefined|null)(?:[您你]好|先生|女士)",
    re.IGNORECASE,
)
_MARKS: Final = (
    *"[【{<%(（",
    *("TODO", "Todo", "todo", "TBD", "FIXME", "Lorem", "lorem", "undefined", "null"),
    *("待补", "待填", "待完", "未补", "未填", "未完", "占位", "此处"),
)
"""A blank has one of these, or three x."""
_NOTHING: Final = re.compile(
    r"\W*(?:n/?a|nan|null|none|undefined|\[object object\]|test(?:ing)?"
    r"|asdf\w*|foo|placeholder|tbd|todo|待定|测试|#(?:ref|value|name|div/0|num)"
    r"|ditto|(?:the )?same as (?:above|before)|see above|同上|见上文?)\W*"
    r"|[\s.。…·,，、;；:：\-—_~*#/|\\?？!！]+",
    re.IGNORECASE,
)
_NOTHING_ASKED: Final = re.compile(r"\W*(?:nan|null|undefined|\[object object\])\W*", re.IGNORECASE)
"""What an empty cell turns into on its way. A user may well say "none" or "n/a"."""
_MOST_NOTHING_CHARACTERS: Final = 40
# A line to write on is what an exercise has.
_LINE: Final = "_"


def placeholder(message: Message, row: Row) -> str | None:
    """A blank outside code, or an answer that says nothing."""
    text = message.content
    if len(text) < _MOST_NOTHING_CHARACTERS:
        if message.role == "user" and _NOTHING_ASKED.fullmatch(text):
            return f"is {quoted(text)}, which asks nothing"
        if message.role == "assistant" and _NOTHING.fullmatch(text) and not _is_told(text, row):
            return f"is {quoted(text)}, which answers nothing"
    if not has_any(text, _MARKS) and "xxx" not in text.casefold():
        return None
    if not (BLANK.search(text) or _UNFILLED.search(text)):
        return None
    prose = without_code(text)
    blanks = [*BLANK.finditer(prose), *_UNFILLED.finditer(prose)]
    left = next((blank[0] for blank in blanks if not blank[0].startswith(_LINE)), None)
    return left and f"has {quoted(left)}, a blank that nobody has filled in"


def _is_told(text: str, row: Row) -> bool:
    """Whether the system message has the word, as in "answer N/A where nothing is said"."""
    word = text.strip(" \n.。\"'").casefold()
    # "nan" does not stand in "finance", nor "-" in "lantern-58".
    alone = rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])"
    return bool(word) and re.search(alone, (row.system or "").casefold()) is not None
