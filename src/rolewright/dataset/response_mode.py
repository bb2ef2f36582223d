"""In which way an answer answers, told from its wording and layout in English and Chinese."""

import re
from functools import lru_cache
from typing import Literal

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.words import WINDOW_CHARACTERS, window_of, words_of
from rolewright.verifiers.matching import compile_wording
from rolewright.verifiers.refusal import refuses
from rolewright.verifiers.thought import without_thoughts

Mode = Literal["answer", "short", "list", "code", "clarify", "refuse", "redirect"]
MODES: tuple[Mode, ...] = ("answer", "short", "list", "code", "clarify", "refuse", "redirect")

DECLINES = frozenset[Mode]({"refuse", "redirect"})
"""The modes of an answer that does not do what it was asked."""

# A refusal stands at the front of an answer; what comes later is advice.
_HEAD_CHARACTERS = 160
_SHORT_WORDS, _SHORT_CHARACTERS = 6, 12
_LONGEST_QUESTION_CHARACTERS = 240

_CODE = re.compile(r"^[ \t]*(?:`{3}|~{3})|\A\s*[\[{][\s\S]*[\]}]\s*\Z", re.MULTILINE)
_LIST_LINE = re.compile(
    r"^[ \t]*(?:[-*•·▪]|\d{1,2}[.)、．]|[（(](?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）]"
    r"|[一二三四五六七八九十]{1,2}[、.．]|[①-⑳])[ \t]*\S",
    re.MULTILINE,
)
_SCOPE = compile_wording(
    r"\bi (?:can |may |am able to )?only (?:answer|help|talk|discuss|deal|handle|speak|assist|do)\b"
    r"|\b(?:i am|i'm|i’m) only (?:here|able|allowed|made|meant)\b"
    r"|我?[们]?[只仅](?:能|会|可以)?(?:回答|负责|提供|聊|谈|处理|解答|介绍|讨论|协助|受理)",
    re.IGNORECASE,
)
_NO_ADVICE = compile_wording(
    r"\bi (?:can(?:no|['’])t|am not able to|must not|do not|don['’]t) give (?:\w+ ){0,4}advice\b"
    r"|不能?替[您你](?:拿主意|做主|作主|决定)",
    re.IGNORECASE,
)
# Wordings that only decline where an answer begins with them; `refuses` judges whole answers.
_DECLINES_SOFTLY = compile_wording(
    r"\bi (?:do not|don['’]t|never|won['’]t|will not) (?:really )?(?:discuss|talk about|comment on|"
    r"get into|deal with|advise|give (?:\w+ ){0,3}(?:advice|opinions?|tips)"
    r"|do (?:that|this|those))\b"
    r"|(?<!\byou )(?<!\bthey )\b(?:cannot|can['’]t|can not|won['’]t|(?:not able|unable) to) "
    r"(?:really )?(?:advise|help|answer|"
    r"discuss|comment|share|go into|get into|say (?:anything|more))\b"
    r"|\b(?:not|isn['’]t|aren['’]t) (?:something (?:i|we)\b|(?:really )?(?:my|our) (?:area|field|"
    r"job|place|department|business|expertise|line)\b)"
    r"|\b(?:outside|beyond) (?:of )?(?:my|our|what (?:i|we))\b"
    r"|\bi(?:['’]ll| will|['’]d)? (?:prefer to |rather )?leave (?:that|this|those|it) to\b"
    r"|\bi (?:stick|keep) to\b|\blet(?:['’]s| us) (?:stick|stay|keep|get back) (?:to|with)\b"
    r"|\bno comment\b|\bbest (?:asked|left) (?:of|to)\b"
    r"|恕[我在]?[不难无下]|无可奉告"
    r"|我们?(?:从来?|一概|概|一向|向来|这里|这边)?不(?:谈|聊|评论|议论|讨论|掺和|过问)"
    r"|(?:不便|不方便|无从|不好)(?:透露|回答|评论|多说|妄言|告知|奉告|置评)|谢绝|婉拒"
    r"|(?:超出了?|不在|不属于)(?:我们?|本店|在下|老夫|小店)?的?[^,，。！!？?]{0,6}(?:范围|能力|职责|所知|业务)"
    r"|(?:不是|非)(?:我们?|本店|在下)的?(?:专长|强项|本行|长处|职责|分内|所长)|帮不[上了]"
    r"|(?:抱歉|对不起|不好意思|很遗憾)[^。！!？?]{0,24}(?:不能|无法|没法|不便|不可以)[^。，！!？?]{0,8}"
    r"(?:告知|告诉|透露|回答|评论|谈|讨论|建议|意见|信息)",
    re.IGNORECASE,
)
_HINTS_OF_DECLINING = (
    *("n't", "n’t", "not", "never", "unable", "outside", "beyond", "leave", "stick", "keep", "let"),
    *("comment", "best", "不", "恕", "奉告", "谢绝", "婉拒", "超出", "非", "无法", "没法", "能替"),
)
_ELSEWHERE = compile_wording(
    r"\b(?:please |you (?:can|could|may|should|might) )(?:also )?"
    r"(?:ask|contact|call|see|visit|consult|reach|try|talk|write|turn)\b"
    r"|\b(?:contact|call|ask|consult|see) (?:an?|the|your|our)\b|\bcan help you with that\b"
    r"|(?:请|建议|可以|麻烦)[您你]?(?:直接|先|尽快|马上)?"
    r"(?:咨询|联系|拨打|致电|前往|去|到|找|问|向|查阅|参考)",
    re.IGNORECASE,
)
_ASKS_BACK = compile_wording(
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


def response_mode(text: str, conversation: Conversation) -> Mode:
    """The mode of an answer to a conversation.

    ``code``: a fenced block, or nothing but JSON. ``redirect``: declines and says what else the
    role does or who can help. ``refuse``: only declines. ``list``: two list items or more.
    ``clarify``: ends in a question that asks what is meant. ``short``: at most 6 words or 12 Han
    characters. ``answer``: anything else.
    """
    answer = without_thoughts(text).text if "think>" in text else text
    if is_code(answer):
        return "code"
    head = answer.lstrip()[:_HEAD_CHARACTERS]
    if _SCOPE.search(head):
        return "redirect"
    if declines(answer, conversation):
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
    return _CODE.search(answer) is not None


def declines(answer: str, conversation: Conversation) -> bool:
    """Whether an answer does not do what it was asked, by the wording at its front."""
    head = answer.lstrip()[:_HEAD_CHARACTERS]
    return refuses(head, conversation).passed or _declines_softly(head)


@lru_cache(maxsize=64)  # several checks ask of the same answer, one after the other
def _declines_softly(head: str) -> bool:
    folded = head.casefold()
    if not any(hint in folded for hint in _HINTS_OF_DECLINING):
        return False
    return bool(_NO_ADVICE.search(folded) or _DECLINES_SOFTLY.search(folded))


def _is_short(answer: str) -> bool:
    words = words_of(answer, _SHORT_CHARACTERS + 1)
    han = window_of(words) == WINDOW_CHARACTERS
    return len(words) <= (_SHORT_CHARACTERS if han else _SHORT_WORDS)
