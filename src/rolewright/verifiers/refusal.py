"""Whether an answer refuses what it was asked."""

import re
from functools import lru_cache
from typing import Final

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import Phrase, Span, first_match, first_occurrence, fold, quoted
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.verdict import Verdict

_CANNOT = r"(?:can't|cannot|can not|won't|will not|(?:am|'m) (?:unable|not able|not allowed) to)"
_SERVE = (
    r"(?:help|assist|answer|provide|discuss|do that|do this|comply|fulfil|share|give you|"
    r"talk about|support|create|write|generate|engage|reveal|disclose|tell you|advise|"
    r"recommend|continue)"
)
_ZH_CANNOT = r"(?:不能|无法|不可以|不便|没有?办法|没法|不方便)"
_ZH_SERVE = (
    r"(?:提供|回答|协助|帮助|帮[您你忙]|讨论|透露|回应|满足|参与|完成|告诉|告知|谈论|执行|生成|"
    r"泄露|公开|解答|办理|推荐|评论)"
)
_ZH_SORRY = r"(?:抱歉|对不起|不好意思)[,!、。~ ]*"
_ZH_SELF = r"(?:我们?|(?<![这那一])本(?:人|店|宫|王|助手|公司)|朕|在下|小的|恕)"

_ENGLISH: Final = (
    rf"\bi(?:'m| am) (?:\w+ ){{0,2}}sorry\b.{{0,20}}\bi ?{_CANNOT}",
    rf"\b(?:i|we) ?{_CANNOT} (?:\w+ ){{0,2}}{_SERVE}\b",
    r"\bi (?:must|have to|will have to|need to)? ?(?:respectfully |politely )?"
    r"(?:decline|refuse)\b|\bi'll have to (?:\w+ )?(?:decline|refuse|pass)\b",
    r"\bi'd rather not\b|\bi would rather not\b|\bi'm afraid i ?(?:can't|cannot)\b",
    r"\b(?:that|this|it)(?:'s| is) (?:\w+ )?(?:outside|beyond|not within) "
    r"(?:of )?(?:what i|my|the scope)\b",
    r"\bnot something i(?:'m| am)? ?(?:can|able|allowed|willing)\b",
)
_CHINESE: Final = (
    rf"{_ZH_SORRY}[^。!?]{{0,12}}{_ZH_CANNOT}[^,。!?]{{0,12}}{_ZH_SERVE}",
    rf"{_ZH_SORRY}[^。!?]{{0,6}}{_ZH_SELF}[^,。!?]{{0,6}}{_ZH_CANNOT}",
    rf"{_ZH_SELF}[^,。!?]{{0,6}}{_ZH_CANNOT}[^,。!?]{{0,8}}{_ZH_SERVE}",
    rf"{_ZH_SELF}(?:是|绝)?不会[向给对为]?[您你]?{_ZH_SERVE}",
    rf"{_ZH_SELF}[^,。!?]{{0,4}}(?:拒绝|帮不上|(?:回答|解答|答复|帮|做|办)不[了到])",
    r"恕难从命|恕不|恕我[不无难]|无可奉告|爱莫能助",
    r"不在我的?[^,。!?]{0,6}范围|超出了?我的?[^,。!?]{0,6}(?:范围|能力)",
)
_REFUSALS: Final = {
    re.compile("[a-z]"): tuple(map(re.compile, _ENGLISH)),
    re.compile("[\u4e00-\u9fff]"): tuple(map(re.compile, _CHINESE)),
}
"""Wordings that refuse wherever they stand, by what a folded text holds where one of them does."""

HEAD_CHARACTERS = 160
"""How much of an answer is its front."""
_AT_THE_FRONT: Final = re.compile(
    r"\bi (?:can't|cannot|am not able to|must not|do not|don't) give (?:\w+ ){0,4}advice\b"
    r"|\bi (?:do not|don't|never|won't|will not) (?:really )?(?:discuss|talk about|comment on|"
    r"get into|deal with|advise|give (?:\w+ ){0,3}(?:advice|opinions?|tips)"
    r"|do (?:that|this|those))\b"
    r"|(?<!\byou )(?<!\bthey )\b(?:cannot|can't|can not|won't|(?:not able|unable) to) "
    r"(?:really )?(?:advise|help|answer|"
    r"discuss|comment|share|go into|get into|say (?:anything|more))\b"
    r"|\b(?:not|isn't|aren't) (?:something (?:i|we)\b|(?:really )?(?:my|our) (?:area|field|"
    r"job|place|department|business|expertise|line)\b)"
    r"|\b(?:outside|beyond) (?:of )?(?:my|our|what (?:i|we))\b"
    r"|\bi(?:'ll| will|'d)? (?:prefer to |rather )?leave (?:that|this|those|it) to\b"
    r"|\bi (?:stick|keep) to\b|\blet(?:'s| us) (?:stick|stay|keep|get back) (?:to|with)\b"
    r"|\bno comment\b|\bbest (?:asked|left) (?:of|to)\b"
    r"|不能?替[您你](?:拿主意|做主|作主|决定)|恕[我在]?[不难无下]"
    r"|我们?(?:从来?|一概|概|一向|向来|这里|这边)?不(?:谈|聊|评论|议论|讨论|掺和|过问)"
    r"|(?:不便|不方便|无从|不好)(?:透露|回答|评论|多说|妄言|告知|奉告|置评)|谢绝|婉拒"
    r"|(?:超出了?|不在|不属于)(?:我们?|本店|在下|老夫|小店)?的?[^,。!?]{0,6}(?:范围|能力|职责|所知|业务)"
    r"|(?:不是|非)(?:我们?|本店|在下)的?(?:专长|强项|本行|长处|职责|分内|所长)|帮不[上了]"
    r"|(?:抱歉|对不起|不好意思|很遗憾)[^。!?]{0,24}(?:不能|无法|没法|不便|不可以)[^。,!?]{0,8}"
    r"(?:告知|告诉|透露|回答|评论|谈|讨论|建议|意见|信息)"
)
"""Wordings that decline only where an answer begins with them: what comes later is advice."""
_HINTS: Final = (
    *("n't", "not", "never", "unable", "outside", "beyond", "leave", "stick", "keep", "let"),
    *("comment", "best", "不", "恕", "奉告", "谢绝", "婉拒", "超出", "非", "无法", "没法"),
)
"""One of them stands in every wording of ``_AT_THE_FRONT``: most answers have none."""


@verifier("refuses")
def refuses(text: str, conversation: Conversation, *, extra: tuple[Phrase, ...] = ()) -> Verdict:
    """Check that the answer refuses, in English or Chinese.

    The wording decides ("I can't help with that", "抱歉，我无法…"): a refusal in unusual words is
    missed unless ``extra`` names them.

    Rule parameters:
        extra: further phrases by which the role refuses.
    """
    span = first_refusal(text, extra)
    if span is None:
        return Verdict(False, "no words of refusal")
    return Verdict(True, f"refuses: {quoted(text[slice(*span)])}")


@verifier("does_not_refuse")
def does_not_refuse(
    text: str, conversation: Conversation, *, extra: tuple[Phrase, ...] = ()
) -> Verdict:
    """Check that the answer does not refuse, in English or Chinese.

    Rule parameters:
        extra: further phrases by which the role refuses.
    """
    span = first_refusal(text, extra)
    if span is None:
        return Verdict(True, "no words of refusal")
    return Verdict(False, f"refuses: {quoted(text[slice(*span)])}", span)


def first_refusal(text: str, extra: tuple[str, ...] = ()) -> Span | None:
    """Find the earliest words of refusal, or one of the extra phrases."""
    hits = [first_occurrence(text, extra)]
    for script, wordings in _REFUSALS.items():
        if script.search(fold(text).text):
            hits.append(first_match(text, wordings))
    return min((hit for hit in hits if hit), default=None)


@lru_cache(maxsize=64)  # several checks ask of the same answer, one after the other
def declines(answer: str) -> bool:
    """Whether an answer does not do what it was asked, by the wording at its front."""
    head = answer.lstrip()[:HEAD_CHARACTERS]
    if first_refusal(head) is not None:
        return True
    folded = fold(head).text
    return any(hint in folded for hint in _HINTS) and _AT_THE_FRONT.search(folded) is not None
