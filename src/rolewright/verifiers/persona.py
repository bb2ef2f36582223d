"""How the role speaks of itself, in which tone and in which register."""

import math
import re
from typing import Annotated, Final, Literal

from pydantic import Field

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import (
    Phrase,
    Phrases,
    Span,
    compile_wording,
    first_match,
    first_occurrence,
    fold,
    fold_phrase,
    listed,
    occurrences,
    quoted,
)
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.segmentation import units_of, without_quotations
from rolewright.verifiers.slang import BANNED, Register
from rolewright.verifiers.verdict import Verdict
from rolewright.verifiers.wording import last_user_turn

Rate = Annotated[float, Field(ge=0)]

_ZH_SELF = r"(?:我|俺|本人|在下|小的|这里|这边|朕|本宫|人家)"
_ZH_MACHINE = (
    r"(?:ai|人工智能|机器人|(?:大型?)?语言模型|大模型|(?:计算机)?程序|"
    r"(?:虚拟|智能|数字)(?:助手|助理|客服|人))(?!员|的|领域|专家|工程师|公司|行业|研究|老师|爱好者)"
)
_MACHINE = (
    r"(?:ai|a\.i\.|artificial intelligence|(?:large )?language model|robot|bot|chatbot|machine|"
    r"(?:virtual|digital|automated) (?:assistant|agent)|computer program|program)(?![a-z0-9_])"
    r"(?! (?:engineer|researcher|expert|company|developer|scientist|enthusiast|teacher|consultant))"
)
_NOT_DENIED = r"(?:(?!not\b|no\b)[\w-]+,? ){0,4}?"
_ASKS: Final = tuple(
    map(
        compile_wording,
        (
            rf"\bare you (?:[\w-]+ ){{0,3}}?(?:human|person|real|alive|{_MACHINE})",
            rf"\bam i (?:talking|speaking|chatting) (?:to|with) (?:an? )?(?:[\w-]+ )?"
            rf"(?:human|person|{_MACHINE})",
            r"\bwhat (?:exactly )?are you\b",
            rf"[你您](?:到底|究竟|真的)?是(?:不是)?(?:一?[个位名台])?(?:真|活)?(?:人(?:类|工)?(?![事民家体口])|机器|{_ZH_MACHINE})"
            r"(?!员)|(?:真人|人工)(?:客服)?(?:在)?(?:吗|么|还是)",
        ),
    )
)
_DISCLOSES: Final = tuple(
    map(
        compile_wording,
        (
            rf"(?<![a-z_])i(?:'m| am) {_NOT_DENIED}{_MACHINE}|\bas an? (?:[\w-]+ )?{_MACHINE}",
            rf"\b(?:this is|you(?:'re| are) (?:talking|speaking|chatting) (?:to|with)) "
            rf"{_NOT_DENIED}{_MACHINE}",
            rf"{_ZH_SELF}(?:只|仅仅?|其实|就|确实)*是(?:一?[个名位款种台只])?"
            rf"(?:由[^,。!?;]{{1,12}}的)?[^,。!?;的]{{0,6}}?{_ZH_MACHINE}",
            rf"(?:作为|身为)(?:一?[个名位款种台只])?[^,。!?;的]{{0,6}}?{_ZH_MACHINE}",
            r"由(?:ai|人工智能)(?:自动)?生成",
        ),
    )
)
_CLAIMS_HUMAN: Final = tuple(
    map(
        compile_wording,
        (
            rf"\bi(?:'m| am) {_NOT_DENIED}(?:human|(?:real|actual|living) person)\b",
            rf"\bi(?:'m| am) not (?:an? )?(?:[\w-]+ )?{_MACHINE}",
            rf"{_ZH_SELF}(?:当然|真的|确实|就)?是(?:一?[个名位])?(?:如假包换的)?(?:真人|人类|大?活人)",
            rf"{_ZH_SELF}(?:可|真的|当然)?不是(?:什么)?(?:一?[个台])?(?:{_ZH_MACHINE}|机器)",
        ),
    )
)

# "World War I" is a numeral; 自我, 我国, 日本人, 老夫妻, 在下面 and 农奴才 are other words.
_PRONOUN = re.compile(
    r"(?<!War )(?<!Part )(?<!Type )(?<!Phase )(?<!Chapter )(?<!Book )(?<!Act )(?<!Volume )"
    r"(?<![\w.-])I(?![\w.-])|(?<![\w-])(?:[Mm]e|[Mm]y|[Mm]ine|[Mm]yself)(?![\w-])"
    r"|(?<![自忘敌])(?<!我行)我(?!国|行我素)|俺|咱|吾|朕|寡人"
    r"|(?<![日原根基资版书剧课样标文成])本(?:人(?![们员类口才质民群工物生])|宫|王|座(?!机)|尊|官"
    r"|大爷|少爷|小姐|姑娘|公子|姑奶奶)"
    r"|老夫(?![妻妇人子])|老(?:身|衲|朽)|贫(?:僧|尼|道(?!路))|小(?:女子|僧|生(?![意命物活日气菜]))"
    r"|在下(?=[，,。!！]|不才|是|乃|愿|告|以为|认为|明白|佩服|也|便|就|斗胆)|鄙人|臣妾"
    r"|(?<!农)奴(?:婢|才|家)|哀家|洒家|微臣|末将|卑职"
)
_OF_I = ("me", "my", "mine", "myself")


@verifier("ai_disclosure")
def ai_disclosure(
    text: str,
    conversation: Conversation,
    *,
    mode: Literal["always", "when_asked", "never"],
    extra: tuple[Phrase, ...] = (),
) -> Verdict:
    """Check that the answer says, or never says, that an AI is speaking.

    Where it has to be said, an answer that claims to be human fails in any case. "I am an AI
    assistant", "as a language model", "我是智能客服" and the like disclose; a denial does not.

    Rule parameters:
        mode: "always" asks every answer to disclose, "when_asked" one to a user who asks what is
            speaking ("Are you a robot?", "你是真人吗"), and "never" forbids it.
        extra: further phrases that disclose.
    """
    hits = [first_match(text, _DISCLOSES), first_occurrence(text, extra)]
    said = min((hit for hit in hits if hit), default=None)
    if mode == "never":
        if said is None:
            return Verdict(True, "does not say that an AI is speaking")
        return Verdict(False, f"discloses an AI: {quoted(text[slice(*said)])}", said)
    human = first_match(text, _CLAIMS_HUMAN)
    if human is not None:
        return Verdict(False, f"claims to be human: {quoted(text[slice(*human)])}", human)
    if said is not None:
        return Verdict(True, f"discloses an AI: {quoted(text[slice(*said)])}")
    if mode == "when_asked" and first_match(last_user_turn(conversation), _ASKS) is None:
        return Verdict(True, "the user does not ask what is speaking")
    return Verdict(False, "does not say that an AI is speaking")


@verifier("first_person")
def first_person(
    text: str, conversation: Conversation, *, pronouns: Phrases, required: bool = False
) -> Verdict:
    """Check that the answer speaks of itself by certain pronouns only.

    Any other English or Chinese word for "I" fails (我, 俺, 本人, 在下, 老夫 …; I, me, my), outside
    quotation marks. "I" includes me, my, mine and myself; 我 includes 我们.

    Rule parameters:
        pronouns: the role's words for itself, as 朕 or 本宫.
        required: whether the answer has to use one of them.
    """
    own = text
    folded = {fold_phrase(pronoun) for pronoun in pronouns}
    used = [hit for pronoun in pronouns for hit in occurrences(text, pronoun)]
    also = [hit for word in _OF_I if "i" in folded for hit in occurrences(text, word)]
    for start, end in [*used, *also]:
        own = f"{own[:start]}{' ' * (end - start)}{own[end:]}"
    other = _PRONOUN.search(without_quotations(own))
    if other is not None:
        evidence = f"speaks of itself as {quoted(other[0])}, not as {listed(pronouns)}"
        return Verdict(False, evidence, other.span())
    if required and not used:
        return Verdict(False, f"never speaks of itself as {listed(pronouns)}")
    return Verdict(True, f"speaks of itself by no other word than {listed(pronouns)}")


@verifier("tone_markers")
def tone_markers(
    text: str,
    conversation: Conversation,
    *,
    markers: Phrases,
    min: Rate = 0,
    max: Rate | None = None,
    whole_words: bool = True,
) -> Verdict:
    """Check that the answer uses words of a certain tone neither too rarely nor too often.

    The limits are scaled to the answer's length without spaces, in the answer's favour: with max 2,
    an answer of 40 characters may have one marker; with min 2, it need not have any. The span of a
    failure is the first marker too many.

    Rule parameters:
        markers: words, particles or marks that make the tone ("呀", "哦", "～", "matey").
        min: how many are required in 100 characters.
        max: how many are allowed in 100 characters; no limit where it is left out.
        whole_words: whether Latin-script markers must be words of their own.
    """
    characters = len(units_of(text, "nonspace"))
    uses = _apart(
        sorted(
            (
                hit
                for marker in markers
                for hit in occurrences(text, marker, whole_words=whole_words)
            ),
            key=lambda hit: (hit[0], -hit[1]),
        )
    )
    least = math.floor(min * characters / 100)
    most = None if max is None else math.ceil(max * characters / 100)
    limits = f"at least {least} required" if most is None else f"{least} to {most} allowed"
    evidence = f"{len(uses)} of {listed(markers)} in {characters} characters, {limits}"
    if most is not None and len(uses) > most:
        return Verdict(False, evidence, uses[most])
    return Verdict(len(uses) >= least, evidence)


@verifier("register_banned")
def register_banned(
    text: str,
    conversation: Conversation,
    *,
    registers: Annotated[tuple[Register, ...], Field(min_length=1)] = ("slang", "vulgar"),
    extra: tuple[Phrase, ...] = (),
    allowed: tuple[Phrase, ...] = (),
) -> Verdict:
    """Check that the answer has no words of a register that the role does not speak.

    The lists are English and Chinese, and short: words that have a plain sense as well are left
    out. Latin-script words are looked for as whole words.

    Rule parameters:
        registers: "slang" (lol, yyds, 绝绝子), "vulgar" (crap, 卧槽), "colloquial" (gonna, 咋, 啥).
        extra: further words to refuse.
        allowed: words of the lists that the role may say.
    """
    spared = {fold_phrase(word) for word in allowed}
    words = [word for register in registers for word in BANNED[register]]
    banned = [word for word in [*words, *extra] if fold_phrase(word) not in spared]
    folded = fold(text).text
    # A look at the folded text spares the search for the many words that are not there.
    hit = first_occurrence(text, [word for word in banned if fold_phrase(word) in folded])
    if hit is None:
        return Verdict(True, f"no words of these registers: {', '.join(registers)}")
    return Verdict(False, f"says {quoted(text[slice(*hit)])}, a word of another register", hit)


def _apart(hits: list[Span]) -> list[Span]:
    """Leave out hits that overlap an earlier one."""
    kept: list[Span] = []
    for hit in hits:
        if not kept or hit[0] >= kept[-1][1]:
            kept.append(hit)
    return kept
