"""What is left of another format: tags, entities, escapes."""

import re
from typing import Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.row import Row
from rolewright.role.schema import RoleFile
from rolewright.verifiers.matching import quoted
from rolewright.verifiers.segmentation import without_code

_TAG = (
    r"p|br|div|span|b|i|u|strong|em|a|ul|ol|li|table|tr|td|th|tbody|h[1-6]|img|font|script|style|"
    r"html|body|head|blockquote|pre|sup|sub|hr|section|center"
)
_RESIDUE: Final = re.compile(
    rf"</?(?:{_TAG})(?:\s[^<>\n]{{0,200}})?/?>|&(?:nbsp|amp|lt|gt|quot|apos|#\d{{2,5}}|#x[0-9a-f]{{2,5}});"
    r"|<!--|<!\[CDATA\["
    r"|\\u[0-9a-f]{4}|\\n(?=\\n|[\s\-*#\d\u3400-\u9fff]|$)|(?<=[.,:!?。，：！？])\\n"
    r"|\[/(?:b|i|u|url|img|quote|size|color)\]",
    re.IGNORECASE,
)
_MARKS: Final = re.compile(r"[<&\\]|\[/")
_OF_MARKUP: Final = re.compile(
    r"\b(?:html|xml|css|markup|web ?pages?|web dev\w*|program\w*|cod(?:e|ing)|latex|regex)\b"
    r"|网页|前端|标签|代码|编程|程序员|正则",
    re.IGNORECASE,
)


class Residue:
    """Looks for residue in the rows of roles that do not deal in markup or code themselves."""

    def __init__(self, role: RoleFile) -> None:
        self._is_of_markup = bool(_OF_MARKUP.search(f"{role.system or ''} {role.description}"))

    def look(self, message: Message, row: Row) -> str | None:
        """A tag, an entity or an escape outside code."""
        if self._is_of_markup or not _MARKS.search(message.content):
            return None
        if not _RESIDUE.search(message.content):
            return None
        left = _RESIDUE.search(without_code(message.content))
        return left and f"has {quoted(left[0])}, which is left of another format"
