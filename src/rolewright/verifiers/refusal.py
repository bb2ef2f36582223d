"""Whether an answer refuses what it was asked."""

import re
from typing import Final

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import (
    Phrase,
    Span,
    compile_wording,
    first_match,
    first_occurrence,
    fold,
    quoted,
)
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.verdict import Verdict

_CANNOT = r"(?:can't|cannot|can not|won't|will not|(?:am|'m) (?:unable|not able|not allowed) to)"
# "I can't help smiling" and "I can't recommend it enough" are no refusals.
_SERVE = (
    r"(?:(?:help|recommend)(?! but\b| \w+ing\b| (?:\w+ ){1,6}(?:enough|highly|more)\b)|"
    r"assist|answer|provide|discuss|do that|do this|comply|fulfil|share|give you|"
    r"talk about|support|create|write|generate|engage|reveal|disclose|tell you|advise|continue)"
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
    rf"{_ZH_SELF}不(?:能|会)?(?:代|[替帮给][您你]?)(?:写|做|答|完成)",
    rf"{_ZH_SELF}[^,。!?]{{0,4}}(?:拒绝|帮不上|(?:回答|解答|答复|帮|做|办)不[了到])",
    r"恕难从命|恕不|恕我[不无难]|无可奉告|爱莫能助",
    r"不在我的?[^,。!?]{0,6}范围|超出了?我的?[^,。!?]{0,6}(?:范围|能力)",
)
_REFUSALS: Final = {
    re.compile("[a-z]"): tuple(map(compile_wording, _ENGLISH)),
    re.compile("[\u4e00-\u9fff]"): tuple(map(compile_wording, _CHINESE)),
}
"""Wordings, by what a folded text holds wherever one of them stands."""


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
