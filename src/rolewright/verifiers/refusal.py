"""Whether an answer refuses what it was asked."""

from functools import lru_cache
from typing import Final

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import (
    Phrase,
    Span,
    compile_wording,
    first_match,
    first_occurrence,
    fold,
    has_any,
    quoted,
)
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.verdict import Verdict

_CANNOT = r"(?:can't|cannot|can not|won't|will not|(?:am|'m) (?:unable|not able|not allowed) to)"
_CANNOT_HINTS = ("can't", "cannot", "won't", " not", "unable to")
# "I can't help smiling" and "I can't recommend it enough" are no refusals.
_SERVE = (
    r"(?:(?:help|recommend)(?! but\b| \w+ing\b| (?:\w+ ){1,6}(?:enough|highly|more)\b)|"
    r"assist|answer|provide|discuss|do that|do this|comply|fulfil|share|give you|"
    r"talk about|support|create|write|generate|engage|reveal|disclose|tell you|advise|continue)"
)
_ZH_CANNOT = r"(?:不能|无法|不可以|不便|没有?办法|没法|不方便)"
_ZH_CANNOT_HINTS = ("不能", "无法", "不可以", "不便", "没办法", "没有办法", "没法", "不方便")
_ZH_SORRY_HINTS = ("抱歉", "对不起", "不好意思", "遗憾")
_ZH_SERVE = (
    r"(?:提供|回答|协助|帮助|帮[您你忙]|讨论|透露|回应|满足|参与|完成|告诉|告知|谈论|执行|生成|"
    r"泄露|公开|解答|答复|办理|推荐|评论|诊断)"
)
_ZH_SORRY = r"(?:抱歉|对不起|不好意思|遗憾)[,!、。~ ]*"
_ZH_SELF = r"(?:我们?|(?<![这那一])本(?:人|店|宫|王|助手|公司)|朕|在下|小的|恕)"

# Each wording behind words of which one stands in it.
_WORDINGS: Final = (
    (
        ("sorry",),
        rf"\bi(?:'m| am) (?:\w+ ){{0,2}}sorry\b.{{0,20}}\bi ?{_CANNOT}",
    ),
    (
        _CANNOT_HINTS,
        rf"\b(?:i|we) ?{_CANNOT} (?:\w+ ){{0,2}}{_SERVE}\b",
    ),
    (
        ("decline", "refuse", "i'll have to"),
        r"\bi (?:must|have to|will have to|need to)? ?(?:respectfully |politely )?"
        r"(?:decline|refuse)\b|\bi'll have to (?:\w+ )?(?:decline|refuse|pass)\b",
    ),
    (
        ("rather not", "i'm afraid i"),
        r"\bi'd rather not\b|\bi would rather not\b|\bi'm afraid i ?(?:can't|cannot)\b",
    ),
    (
        ("outside", "beyond", "not within"),
        r"\b(?:that|this|it)(?:'s| is) (?:\w+ )?(?:outside|beyond|not within) "
        r"(?:of )?(?:what i|my|the scope)\b",
    ),
    (
        ("not something i",),
        r"\bnot something i(?:'m| am)? ?(?:can|able|allowed|willing)\b",
    ),
    (
        _ZH_SORRY_HINTS,
        rf"{_ZH_SORRY}[^。!?]{{0,12}}{_ZH_CANNOT}[^,。!?]{{0,12}}{_ZH_SERVE}",
    ),
    (
        _ZH_SORRY_HINTS,
        rf"{_ZH_SORRY}[^。!?]{{0,6}}{_ZH_SELF}[^,。!?]{{0,6}}{_ZH_CANNOT}",
    ),
    (
        _ZH_CANNOT_HINTS,
        rf"{_ZH_SELF}[^,。!?]{{0,6}}{_ZH_CANNOT}[^,。!?]{{0,8}}{_ZH_SERVE}",
    ),
    (
        ("不能",),
        rf"{_ZH_SELF}[^,。!?]{{0,4}}不能(?:给|说|讲)(?:[您你]|出来)?(?=[,。!?~]|$)",
    ),
    (
        ("不会",),
        rf"{_ZH_SELF}(?:是|绝)?不会[向给对为]?[您你]?{_ZH_SERVE}",
    ),
    (
        ("代", "替", "帮", "给"),
        rf"{_ZH_SELF}不(?:能|会)?(?:代|[替帮给][您你]?)(?:写|做|答|完成)",
    ),
    (
        ("拒绝", "帮不上", "不了", "不到"),
        rf"{_ZH_SELF}[^,。!?]{{0,4}}(?:拒绝|帮不上|(?:回答|解答|答复|帮|做|办)不[了到])",
    ),
    (
        ("恕", "无可奉告", "爱莫能助"),
        r"恕难从命|恕不|恕我[不无难]|无可奉告|爱莫能助",
    ),
    (
        ("不在我", "超出"),
        r"不在我的?[^,。!?]{0,6}范围|超出了?我的?[^,。!?]{0,6}(?:范围|能力)",
    ),
)
_REFUSALS: Final = tuple((hints, compile_wording(wording)) for hints, wording in _WORDINGS)

HEAD_CHARACTERS = 160
"""How much of an answer is its front."""
# Wordings that decline only where an answer begins with them: what comes later is advice.
_FRONT_WORDINGS: Final = (
    (
        ("advice",),
        r"\bi (?:can(?:no|')t|am not able to|must not|do not|don't) give "
        r"(?:\w+ ){0,4}advice\b",
    ),
    (("替您", "替你"), r"不能?替[您你](?:拿主意|做主|作主|决定)"),
    (
        ("don't", "do not", "never", "won't", "will not"),
        r"\bi (?:do not|don't|never|won't|will not) (?:really )?(?:discuss|talk about|"
        r"comment on|get into|deal with|advise|give (?:\w+ ){0,3}(?:advice|opinions?|tips)"
        r"|do (?:that|this|those))\b",
    ),
    (
        ("cannot", "can't", "can not", "won't", "not able", "unable"),
        r"(?<!\byou )(?<!\bthey )\b(?:cannot|can't|can not|won't|(?:not able|unable) to) "
        r"(?:really )?(?:advise|help|answer|"
        r"discuss|comment|share|go into|get into|say (?:anything|more))\b",
    ),
    (
        ("not something", "isn't", "aren't", "not my", "not our", "not really"),
        r"\b(?:not|isn't|aren't) (?:something (?:i|we)\b|(?:really )?(?:my|our) "
        r"(?:area|field|job|place|department|business|expertise|line)\b)",
    ),
    (("outside", "beyond"), r"\b(?:outside|beyond) (?:of )?(?:my|our|what (?:i|we))\b"),
    (
        ("leave",),
        r"\bi(?:'ll| will|'d)? (?:prefer to |rather )?leave (?:that|this|those|it) to\b",
    ),
    (
        ("stick", "keep", "stay", "get back"),
        r"\bi (?:stick|keep) to\b|\blet(?:'s| us) (?:stick|stay|keep|get back) (?:to|with)\b",
    ),
    (("no comment", "best"), r"\bno comment\b|\bbest (?:asked|left) (?:of|to)\b"),
    (("恕", "无可奉告", "谢绝", "婉拒"), r"恕[我在]?[不难无下]|无可奉告|谢绝|婉拒"),
    (
        ("不谈", "不聊", "不评论", "不议论", "不讨论", "不掺和", "不过问"),
        r"我们?(?:从来?|一概|概|一向|向来|这里|这边)?不(?:谈|聊|评论|议论|讨论|掺和|过问)",
    ),
    (
        ("不便", "不方便", "无从", "不好"),
        r"(?:不便|不方便|无从|不好)(?:透露|回答|评论|多说|妄言|告知|奉告|置评)",
    ),
    (
        ("超出", "不在", "不属于"),
        r"(?:超出了?|不在|不属于)(?:我们?|本店|在下|老夫|小店)?的?[^,。!?]{0,6}"
        r"(?:范围|能力|职责|所知|业务)",
    ),
    (
        ("不是", "非", "帮不"),
        r"(?:不是|非)(?:我们?|本店|在下)的?(?:专长|强项|本行|长处|职责|分内|所长)|帮不[上了]",
    ),
    (
        ("抱歉", "对不起", "不好意思", "很遗憾"),
        r"(?:抱歉|对不起|不好意思|很遗憾)[^。!?]{0,24}(?:不能|无法|没法|不便|不可以)[^。,!?]{0,8}"
        r"(?:告知|告诉|透露|回答|评论|谈|讨论|建议|意见|信息)",
    ),
)
_AT_THE_FRONT: Final = tuple(
    (hints, compile_wording(wording)) for hints, wording in _FRONT_WORDINGS
)


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
    folded = fold(text).text
    wordings = [wording for hints, wording in _REFUSALS if has_any(folded, hints)]
    hits = [first_occurrence(text, extra), first_match(text, wordings)]
    return min((hit for hit in hits if hit), default=None)


@lru_cache(maxsize=1024)  # several checks ask of the same answer, one after the other
def declines(answer: str) -> bool:
    """Whether an answer does not do what it was asked, by the wording at its front."""
    head = answer.lstrip()[:HEAD_CHARACTERS]
    if first_refusal(head) is not None:
        return True
    folded = fold(head).text
    wordings = (wording for hints, wording in _AT_THE_FRONT if has_any(folded, hints))
    return any(wording.search(folded) for wording in wordings)
