"""Which language an answer is written in, told from its script."""

import re
from collections import Counter
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
_LETTERS: dict[Script, str] = {
    "Han": f"[{HAN}]",
    "kana": f"[{KANA}]",
    "Latin": f"[{_LATIN}]",
    "Hangul": f"[{_HANGUL}]",
    "Cyrillic": f"[{_CYRILLIC}]",
    "Arabic": f"[{_ARABIC}]",
    "other": f"[^\\W\\d_{HAN}{KANA}{_LATIN}{_HANGUL}{_CYRILLIC}{_ARABIC}]",
}
_UNSPACED: frozenset[Script] = frozenset({"Han", "kana"})
"""Each character of these scripts is a word of its own."""
# A set in front, rather than a repeated one, lets the search skip what is not in it.
_RUNS = {script: re.compile(f"{letter}{letter}*") for script, letter in _LETTERS.items()}
_TOKEN = re.compile(
    "|".join(
        f"(?P<{script}>{letter}{'' if script in _UNSPACED else '+'})"
        for script, letter in _LETTERS.items()
    )
)
# Japanese prose without a single kana in ten characters does not occur; Chinese quoted in Japanese
# names or headings does.
_LEAST_KANA_SHARE = 0.1
_KANA: frozenset[Script] = frozenset({"kana"})


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
    counted, words = _count_words(text)
    if not words:
        return Verdict(True, "the answer has no letters outside code and URLs")
    measured, kana = _share_of(words, _SCRIPTS[language]), _share_of(words, _KANA)
    if measured < share:
        evidence = (
            f"{measured:.0%} of the words are in {_NAMES[language]} script, "
            f"at least {share:.0%} required"
        )
        foreign = _first_foreign_run(counted, _SCRIPTS[language])
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


def is_written_in(text: str, language: Language, share: float) -> bool:
    """Whether a text passes ``language``, without the evidence, which takes longer."""
    if not text.strip():
        return False
    _, words = _count_words(text)
    if not words:
        return True
    lacks_kana = language == "ja" and _share_of(words, _KANA) < _LEAST_KANA_SHARE
    return _share_of(words, _SCRIPTS[language]) >= share and not lacks_kana


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


def _count_words(text: str) -> tuple[str, Counter[Script]]:
    """What of a text counts, with blanks in the place of the rest; its words by script."""
    prose = prose_of(text)
    counted = without_quotations(prose)
    words = _words_by_script(counted)
    return (counted, words) if words else (prose, _words_by_script(prose))


def _words_by_script(text: str) -> Counter[Script]:
    words: Counter[Script] = Counter()
    for script, run in _RUNS.items():
        if text.isascii() and script != "Latin":
            continue
        if runs := run.findall(text):
            words[script] = sum(map(len, runs)) if script in _UNSPACED else len(runs)
    return words


def _share_of(words: Counter[Script], scripts: frozenset[Script]) -> float:
    return sum(words[script] for script in scripts) / words.total()


def _first_foreign_run(text: str, scripts: frozenset[Script]) -> Span:
    """From the first word in another script to the last before one in these."""
    tokens = _TOKEN.finditer(text)
    start, end = next(token.span() for token in tokens if token.lastgroup not in scripts)
    for token in tokens:
        if token.lastgroup in scripts:
            break
        end = token.end()
    return start, end
