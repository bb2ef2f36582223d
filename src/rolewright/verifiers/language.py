"""Which language an answer is written in, told from its script."""

import re
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.chinese_script import ChineseScript, script_of
from rolewright.verifiers.matching import Span, quoted
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.segmentation import HAN, KANA, prose_of, without_quotations
from rolewright.verifiers.verdict import Verdict

Language = Literal["en", "zh", "ja", "ko", "ru", "ar"]
Script = Literal["Latin", "Han", "kana", "Hangul", "Cyrillic", "Arabic", "other"]
Share = Annotated[float, Field(gt=0, le=1)]

_SCRIPTS: dict[Language, frozenset[Script]] = {
    "en": frozenset({"Latin"}),
    "zh": frozenset({"Han"}),
    "ja": frozenset({"Han", "kana"}),
    "ko": frozenset({"Hangul"}),
    "ru": frozenset({"Cyrillic"}),
    "ar": frozenset({"Arabic"}),
}
_NAMES: dict[Language, str] = {
    "en": "English",
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
    "ru": "Russian",
    "ar": "Arabic",
}
_LATIN = "A-Za-zªº\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a"
_HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb\uffa1-\uffdc"
_CYRILLIC = "\u0400-\u0482\u048a-\u052f\u1c80-\u1c88"
_ARABIC = (
    "\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufbb1\ufbd3-\ufdff\ufe70-\ufefc"
)
_TOKEN = re.compile(
    f"(?P<Han>[{HAN}])|(?P<kana>[{KANA}])|(?P<Latin>[{_LATIN}]+)|(?P<Hangul>[{_HANGUL}]+)"
    f"|(?P<Cyrillic>[{_CYRILLIC}]+)|(?P<Arabic>[{_ARABIC}]+)"
    f"|(?P<other>(?:(?![{HAN}{KANA}{_LATIN}{_HANGUL}{_CYRILLIC}{_ARABIC}])[^\\W\\d_])+)"
)
# Japanese prose without a single kana in ten characters does not occur; Chinese quoted in Japanese
# names or headings does.
_LEAST_KANA_SHARE = 0.1


@verifier("language")
def language(
    text: str, conversation: Conversation, *, language: Language, share: Share = 0.7
) -> Verdict:
    """Check that the answer is written in the script of a language.

    Code, URLs and text between quotation marks are left out, unless nothing but quoted
    text would remain. What counts is the share of words: runs of letters of one script, where each
    Han or kana character is a word of its own, so that a few Latin names weigh little in a Chinese
    text. Japanese needs some kana as well. Languages of one script are not told apart: a French
    text passes as "en". An empty text fails; a text without letters ("42", "👍") passes.

    Rule parameters:
        language: code of the language.
        share: the share of words that must be in its script, above 0 and at most 1.

    Source: IFEval (arXiv 2311.07911) ``language:response_language``, without its language guesser.
    """
    if not text.strip():
        return Verdict(False, f"the answer is empty, {_NAMES[language]} is required")
    prose = prose_of(text)
    tokens = list(_TOKEN.finditer(without_quotations(prose))) or list(_TOKEN.finditer(prose))
    if not tokens:
        return Verdict(True, "the answer has no letters outside code and URLs")
    right = [token.lastgroup in _SCRIPTS[language] for token in tokens]
    measured = sum(right) / len(tokens)
    kana = sum(token.lastgroup == "kana" for token in tokens) / len(tokens)
    if measured < share:
        evidence = (
            f"{measured:.0%} of the words are in {_NAMES[language]} script, "
            f"at least {share:.0%} required"
        )
        foreign = _first_run(tokens, right)
        return Verdict(False, f"{evidence}: {quoted(text[slice(*foreign)])}", foreign)
    if language == "ja" and kana < _LEAST_KANA_SHARE:
        return Verdict(
            False,
            f"{kana:.0%} of the characters are kana, Japanese has at least {_LEAST_KANA_SHARE:.0%}",
        )
    return Verdict(
        True,
        f"{measured:.0%} of the words are in {_NAMES[language]} script, "
        f"at least {share:.0%} required",
    )


@verifier("keeps_script")
def keeps_script(
    text: str, conversation: Conversation, *, script: ChineseScript, max: NonNegativeInt = 0
) -> Verdict:
    """Check that Chinese is written in simplified, or in traditional, characters only.

    Code, URLs and text between quotation marks are left out. Characters that both scripts write
    (后, 里, 台) never count. The span of a failure is the first foreign character too many, with
    those that follow it.

    Rule parameters:
        script: "simplified" or "traditional".
        max: how many characters of the other script are allowed, as in names.

    Source: OpenCC's tables; GB 2312 and Big5 for what both scripts have.
    """
    prose = without_quotations(prose_of(text))
    foreign = {character for character in set(prose) if script_of(character) not in (None, script)}
    places = [place for place, character in enumerate(prose) if foreign and character in foreign]
    other = "traditional" if script == "simplified" else "simplified"
    evidence = f"{len(places)} {other} characters, at most {max} allowed"
    if len(places) <= max:
        return Verdict(True, evidence)
    start = end = places[max]
    while end < len(prose) and prose[end] in foreign:
        end += 1
    return Verdict(False, f"{evidence}: {quoted(text[start:end])}", (start, end))


def _first_run(tokens: list[re.Match[str]], right: list[bool]) -> Span:
    first = right.index(False)
    last = first
    while last + 1 < len(tokens) and not right[last + 1]:
        last += 1
    return tokens[first].start(), tokens[last].end()
