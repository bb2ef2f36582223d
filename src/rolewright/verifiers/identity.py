"""Who the answer says it is: the role, or the model underneath."""

import re
from typing import Final, Literal

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import (
    Phrase,
    Phrases,
    Span,
    compile_wording,
    first_match,
    first_occurrence,
    fold,
    listed,
    occurrences,
    quoted,
)
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.segmentation import sentences_of, without_quotations
from rolewright.verifiers.verdict import Verdict
from rolewright.verifiers.wording import last_user_turn

# "Claude", "Gemini", "Kimi" and 豆包 are left out: they are people, stars and buns as well.
_BASE_IDENTITIES: Final = (
    "Qwen",
    "QwenLM",
    "QwQ",
    "Tongyi",
    "通义",
    "千问",
    "Alibaba",
    "Aliyun",
    "阿里云",
    "阿里巴巴",
    "SmolLM",
    "Hugging Face",
    "HuggingFace",
    "OpenAI",
    "ChatGPT",
    "GPT-3",
    "GPT-3.5",
    "GPT-4",
    "GPT-5",
    "Anthropic",
    "DeepSeek",
    "深度求索",
    "文心一言",
)
_FIRST_PERSON = compile_wording(r"\b(?:i|my|(?<![èê])me|myself)\b|[我俺咱朕]|本人|在下|本助手|小的")
_DENIAL = compile_wording(r"(?:\bnot|n't|\bnever)(?: \w+){0,3} ?$|(?:不|没|非)[^,，。]{0,6}$")

IDENTITY_QUESTIONS: Final = tuple(
    map(
        compile_wording,
        (
            r"\bwho (?:are you|am i (?:talking|speaking|chatting) (?:to|with))\b",
            r"\bwhat(?:'s| is) your (?:real |full )?name\b|\bdo you have a name\b",
            r"\bwhat (?:are you called|(?:should|can|do) i call you)\b",
            r"\b(?:what|which) (?:kind of )?(?:ai |language )?(?:model|ai|assistant|bot) are you\b",
            r"\bintroduce yourself\b|\btell me (?:a (?:bit|little) )?about yourself\b",
            r"[你您](?:究竟|到底)?是(?:谁|哪位|什么(?!时|地|意)|啥|哪个|哪款)|谁是[你您]",
            r"[你您]的?(?:名字|大名|尊姓)|[你您]叫(?:什么|啥|作)|贵姓",
            r"(?:怎么|如何)称呼[你您]|介绍(?:一下|下)?(?:[你您]|自己)",
        ),
    )
)
_NAME_CLAIMS = compile_wording(
    r"\bmy name(?: is|'s) (?!not\b)|\bi(?:'m| am) (?:called|named) (?!not\b)"
    r"|我的名字(?:是|叫)|我名叫|我叫(?:做|作)?(?![你您他她它了过人不])|(?:可以|请)叫我"
)
_CLAUSE_END = re.compile(r"[.。!！?？;；,，\n]|$")

_META_TALK: Final = tuple(
    map(
        compile_wording,
        (
            r"\bas an? (?:ai|artificial intelligence)"
            r"(?: (?:language )?(?:model|assistant|system|chatbot|program)\b|(?=,| i\b))",
            r"\bas an? (?:large )?language model\b|\bi(?:'m| am) (?:just |only |merely )?an? "
            r"(?:(?:large |ai )+)?language model\b|\bi(?:'m| am) (?:just|only|merely) an ai\b",
            r"\bmy (?:training data|(?:last )?(?:knowledge|training) (?:cut-?off|update)"
            r"|system prompt|programming)\b",
            r"\bas of my last update,? (?:in|on)\b[^.\n]{0,15}\b20\d\d\b",
            r"\bi (?:was|am|have been) (?:trained|programmed) (?:on|to|by)\b",
            r"(?:作为|身为)(?:一个|一名|一款|一种)?(?:由[^,，。]{1,12}的)?"
            r"(?:(?:ai|人工智[能慧])?(?:大型?)?语言模型|ai|人工智[能慧]|大模型|聊天机器人)",
            r"我(?:只是|仅仅是|不过是|是)(?:一个|一款|一种)?(?:ai|人工智[能慧]|大型?)?语言模型",
            r"我只是(?:一个|一款|一种)?(?:ai|人工智[能慧]|程序|机器人)",
            r"我的(?:训练数据|知识库?(?:截止|更新)|系统提示)|根据我的(?:训练|程序)",
        ),
    )
)


@verifier("self_name")
def self_name(text: str, conversation: Conversation, *, names: Phrases) -> Verdict:
    """Check that the answer names itself by the role's name, and by no other.

    Where the last user turn asks who the assistant is, one of the names must stand in the answer.
    Wherever the answer gives a name ("my name is …", "我叫…"), that clause must use one of them.

    Rule parameters:
        names: the role's name and its aliases, in all languages it answers in.
    """
    folded = fold(text)
    for claim in _NAME_CLAIMS.finditer(folded.text):
        end = _CLAUSE_END.search(folded.text, claim.end())
        span = folded.original(claim.start(), end.start() if end else len(folded.text))
        if first_occurrence(text[slice(*span)], names) is None:
            evidence = f"claims another name: {quoted(text[slice(*span)])}, not {listed(names)}"
            return Verdict(False, evidence, span)
    said = first_occurrence(text, names)
    if said is not None:
        return Verdict(True, f"names itself {quoted(text[slice(*said)])}")
    if first_match(last_user_turn(conversation), IDENTITY_QUESTIONS) is not None:
        return Verdict(False, f"the user asks who it is, the answer does not say {listed(names)}")
    return Verdict(True, "the user does not ask who it is and the answer gives no other name")


@verifier("never_base_identity")
def never_base_identity(
    text: str,
    conversation: Conversation,
    *,
    extra: tuple[Phrase, ...] = (),
    where: Literal["anywhere", "claims"] = "anywhere",
) -> Verdict:
    """Check that the answer never gives away the model underneath or its maker.

    Qwen, 通义千问, Alibaba Cloud, 阿里云, SmolLM, Hugging Face, OpenAI, ChatGPT and others count.

    Rule parameters:
        extra: further names that are not to be said.
        where: "anywhere" refuses every mention, denials included. "claims" refuses a mention only
            in a sentence that speaks of itself ("I", "my", "我") and does not deny it, for roles
            that may talk about these companies.
    """
    identities = (*_BASE_IDENTITIES, *extra)
    span = (
        first_occurrence(text, identities)
        if where == "anywhere"
        else _first_claim(text, identities)
    )
    if span is None:
        return Verdict(True, "no name of an underlying model or of its maker")
    return Verdict(False, f"says {quoted(text[slice(*span)])}, an underlying identity", span)


@verifier("no_meta_talk")
def no_meta_talk(
    text: str, conversation: Conversation, *, extra: tuple[Phrase, ...] = ()
) -> Verdict:
    """Check that the answer does not talk about being a language model.

    "As an AI language model", "my training data", "作为AI" and the like count; a plain "I am an AI
    assistant" does not, as a role may have to disclose it.

    Rule parameters:
        extra: further phrases that are not to be said.
    """
    hits = [first_match(text, _META_TALK), first_occurrence(text, extra)]
    span = min((hit for hit in hits if hit), default=None)
    if span is None:
        return Verdict(True, "no talk about being a language model")
    return Verdict(False, f"talks about itself as a model: {quoted(text[slice(*span)])}", span)


@verifier("address_user")
def address_user(text: str, conversation: Conversation, *, term: Literal["您", "你"]) -> Verdict:
    """Check that the answer addresses the user in Chinese by one pronoun only.

    Quoted text is left out, and so is 你 in 迷你. An answer without either pronoun passes.

    Rule parameters:
        term: the pronoun to use, polite 您 or familiar 你 (妳 counts as 你).
    """
    wrong = re.compile("(?<!迷)[你妳]" if term == "您" else "您").search(without_quotations(text))
    if wrong is None:
        return Verdict(True, f"never addresses the user otherwise than by {term}")
    return Verdict(False, f"addresses the user by {wrong[0]}, not by {term}", wrong.span())


def _first_claim(text: str, identities: tuple[str, ...]) -> Span | None:
    claims: list[Span] = []
    for start, end in sentences_of(text):
        sentence = text[start:end]
        if not _FIRST_PERSON.search(fold(sentence).text):
            continue
        for identity in identities:
            for hit in occurrences(sentence, identity):
                if not _DENIAL.search(fold(sentence[: hit[0]]).text):
                    claims.append((start + hit[0], start + hit[1]))
    return min(claims, key=lambda claim: (claim[0], -claim[1]), default=None)
