"""In which way an answer answers, told from its wording and layout in English and Chinese."""

import re
from typing import Literal

from rolewright.dataset.words import WINDOW_CHARACTERS, window_of, words_of
from rolewright.verifiers.matching import has_any
from rolewright.verifiers.refusal import HEAD_CHARACTERS, declines
from rolewright.verifiers.thought import without_thoughts

Mode = Literal["answer", "short", "list", "code", "clarify", "refuse", "redirect"]
MODES: tuple[Mode, ...] = ("answer", "short", "list", "code", "clarify", "refuse", "redirect")

DECLINES = frozenset[Mode]({"refuse", "redirect"})
"""The modes of an answer that does not do what it was asked."""

_SHORT_WORDS, _SHORT_CHARACTERS = 6, 12
_LONGEST_QUESTION_CHARACTERS = 240

_CODE = re.compile(r"^[ \t]*(?:`{3}|~{3})|\A\s*[\[{][\s\S]*[\]}]\s*\Z", re.MULTILINE)
_CODE_MARKS = ("```", "~~~", "{", "[")
_LIST_LINE = re.compile(
    r"^[ \t]*(?:[-*•·▪]|\d{1,2}[.)、．]|[（(](?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）]"
    r"|[一二三四五六七八九十]{1,2}[、.．]|[①-⑳])[ \t]*\S",
    re.MULTILINE,
)
_SCOPE = re.compile(
    r"\bi (?:can |may |am able to )?only (?:answer|help|talk|discuss|deal|handle|speak|assist|do)\b"
    r"|\b(?:i am|i'm|i’m) only (?:here|able|allowed|made|meant)\b"
    r"|我?[们]?[只仅](?:能|会|可以)?(?:回答|负责|提供|聊|谈|处理|解答|介绍|讨论|协助|受理)",
    re.IGNORECASE,
)
_SCOPE_HINTS = ("only", "只", "仅")
_ELSEWHERE = re.compile(
    r"\b(?:please |you (?:can|could|may|should|might) )(?:also )?"
    r"(?:ask|contact|call|see|visit|consult|reach|try|talk|write|turn)\b"
    r"|\b(?:contact|call|ask|consult|see) (?:an?|the|your|our)\b|\bcan help you with that\b"
    r"|(?:请|建议|可以|麻烦)[您你]?(?:直接|先|尽快|马上)?"
    r"(?:咨询|联系|拨打|致电|前往|去|到|找|问|向|查阅|参考)",
    re.IGNORECASE,
)
_ASKS_BACK = re.compile(
    r"\b(?:could|can|would|will) you (?:please )?(?:\w+ )?"
    r"(?:tell|clarify|specify|share|provide|confirm|say|describe|explain|let)\b"
    r"|\bdo you mean\b|\b(?:did|do) you want\b|\bwhich (?:\w+ ){1,4}(?:do|did|are|is|would|have)\b"
    r"|\bwhat (?:exactly|kind of|sort of|do you mean)\b|\bare you (?:asking|looking|referring)\b"
    r"|(?:请问)?[您你](?:是指|指的?是|说的?是|想问|要的?是|具体|打算|是想)"
    r"|请问[您你是]?|能[不否]?能?(?:再|具体|详细)[^。？?]{0,8}(?:说|描述|告诉|讲)"
    r"|方便(?:告诉|提供|说)|哪(?:一|个|种|家|本|款|位|类|部|张)",
    re.IGNORECASE,
)
_QUESTION_END = re.compile(r"[?？][\s”’」』）)\"']*\Z")


def response_mode(text: str) -> Mode:
    """The mode of an answer.

    ``code``: a fenced block, or nothing but JSON. ``redirect``: declines and says what else the
    role does or who can help. ``refuse``: only declines. ``list``: two list items or more.
    ``clarify``: ends in a question that asks what is meant. ``short``: at most 6 words or 12 Han
    characters. ``answer``: anything else.
    """
    answer = without_thoughts(text).text if "think>" in text else text
    if is_code(answer):
        return "code"
    head = answer.lstrip()[:HEAD_CHARACTERS]
    if has_any(head.casefold(), _SCOPE_HINTS) and _SCOPE.search(head):
        return "redirect"
    if declines(answer):
        return "redirect" if _ELSEWHERE.search(answer) else "refuse"
    if len(_LIST_LINE.findall(answer)) > 1:
        return "list"
    if (
        len(answer) <= _LONGEST_QUESTION_CHARACTERS
        and _QUESTION_END.search(answer)
        and _ASKS_BACK.search(answer)
    ):
        return "clarify"
    return "short" if _is_short(answer) else "answer"


def is_code(answer: str) -> bool:
    """Whether an answer has a fenced block, or is nothing but JSON."""
    return has_any(answer, _CODE_MARKS) and _CODE.search(answer) is not None


def _is_short(answer: str) -> bool:
    words = words_of(answer, _SHORT_CHARACTERS + 1)
    han = window_of(words) == WINDOW_CHARACTERS
    return len(words) <= (_SHORT_CHARACTERS if han else _SHORT_WORDS)
