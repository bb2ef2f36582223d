"""What is left of another format: tags, entities, escapes, marks of citations."""

import re
from typing import Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.row import Row
from rolewright.role.schema import RoleFile
from rolewright.verifiers.matching import compile_wording, quoted
from rolewright.verifiers.segmentation import without_code

_TAG = (
    r"p|br|div|span|b|i|u|strong|em|a|ul|ol|li|table|tr|td|th|tbody|h[1-6]|img|font|script|style|"
    r"html|body|head|blockquote|pre|sup|sub|hr|section|center"
)
_RESIDUE: Final = re.compile(
    rf"</?(?:{_TAG})(?:\s[^<>\n]{{0,200}})?/?>|&(?:nbsp|amp|lt|gt|quot|apos|#\d{{2,5}}|#x[0-9a-f]{{2,5}});"
    r"|<!--|<!\[CDATA\["
    r"|\\u[0-9a-f]{4}|\\n(?=\\n|[\s\-*#\d\u3400-\u9fff]|$)|(?<=[.,:!?。，：！？])\\n"
    r"|【\d{1,3}(?:†|:)[^【】\n]{0,40}】|:?contentReference\[|oaicite:\d|\bturn\d+(?:search|view)\d+"
    r"|(?:\[\d{1,2}\]){2,}"
    r"|\[/(?:b|i|u|url|img|quote|size|color)\]",
    re.IGNORECASE,
)
_MARKS: Final = re.compile(r"[<&\\†]|\[/|\]\[|oaicite|turn\d|【\d")
_OF_MARKUP: Final = compile_wording(
    r"\b(?:html|xml|css|markup|web ?pages?|web dev\w*|latex|regex)\b|网页|前端|标签|正则",
    re.IGNORECASE,
)
# Not a role that has an alarm code, asks for a postal code or minds the dress code.
_OF_CODE: Final = compile_wording(
    r"\b(?:program\w*|coding|python|javascript|java|sql)\b|代码|编程|程序"
    r"|\A\s*code\b|\b(?!(?:access|alarm|area|bar|booking|country|coupon|discount|door|dress|entry|gate|pin|"
    r"post|postal|promo|qr|referral|secret|security|voucher|zip) )\w+ code\b",
    re.IGNORECASE,
)
# Who explains code may say "\n" and "<div>"; nobody wraps what they say into it.
_WRAPPING: Final = re.compile(
    r"\A\s*<(p|div|span|html|body|section)(?:\s[^<>\n]{0,200})?>[\s\S]*</\1>\s*\Z"
    r"|&(?:nbsp|quot|amp);|(?<=[^\s\w\"'`])<br ?/?>|【\d{1,3}(?:†|:)[^【】\n]{0,40}】|oaicite:\d",
    re.IGNORECASE,
)

_OF_STRUCTURES: Final = compile_wording(
    r"json|structur|\bkeys?\b|array|\blists?\b|yaml|结构|列表", re.IGNORECASE
)
# What a program printed: an object with one text, or a list of one.
_STRUCTURE: Final = re.compile(
    r"\s*(\{ ?[\"'](?:answer|response|output|text|content|reply|message|回答|答案|回复)[\"'] ?: ?"
    r"[\"'])"
    r"[\s\S]*[\"'] ?\}\s*\Z"
    r"|\s*(\[[\"'])[\s\S]*[\"']\]\s*\Z",
    re.IGNORECASE,
)


class Residue:
    """Looks for residue in the rows of roles that do not deal in markup themselves."""

    def __init__(self, role: RoleFile) -> None:
        told = f"{role.system or ''} {role.description}"
        self._is_of_markup = bool(_OF_MARKUP.search(told))
        named = " ".join(rule.verifier.name for rule in role.rules)
        self._is_of_structures = bool(_OF_STRUCTURES.search(f"{told} {named}"))
        self._residue = _WRAPPING if _OF_CODE.search(told) else _RESIDUE

    def look(self, message: Message, row: Row) -> str | None:
        """A tag, an entity, an escape or a citation's mark outside code; prose in a structure."""
        is_printed = message.role == "assistant" and not self._is_of_structures
        if is_printed and (wrapped := _STRUCTURE.match(message.content)):
            return f"begins with {quoted(wrapped[1] or wrapped[2])}, a structure around the text"
        if self._is_of_markup or not _MARKS.search(message.content):
            return None
        if not self._residue.search(message.content):
            return None
        left = self._residue.search(without_code(message.content))
        return left and f"has {quoted(left[0])}, which is left of another format"
