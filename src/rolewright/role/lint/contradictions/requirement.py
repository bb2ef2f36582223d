"""What a rule requires to be said, as answers that keep it.

A rule that requires something can be kept in one of several ways, and each way is shown by texts in
which it stands at different places among different words. Another rule that none of them keeps
contradicts the first one; ``conflicts.py`` draws that conclusion.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place
from rolewright.role.schema import Rule
from rolewright.verifiers.chinese_script import ChineseScript, write_in
from rolewright.verifiers.matching import quoted

_ENGLISH = (
    "The river runs past seven small towns and reaches the sea near an old harbour. "
    "People who live there walk along its banks every evening, and boats bring fish in the morning."
)
_CHINESE = (
    "河水流过七座小镇，最后在一座旧港口附近入海。住在那里的人每天傍晚沿着河岸散步，"
    "清早有船运来鲜鱼。春天开满了花，秋天落叶铺满小路，冬天偶尔下雪，孩子们都盼着放假。"
)
_MIXED = "Zx 09:30 #7 (a-b) 3.14, 2026-01-31; o'clock"
_OF_SPELLING = frozenset({"han_latin_spacing", "keeps_script", "punctuation_width"})
_OF_CASE = frozenset({"change_case:english_capital", "change_case:english_lowercase"})
_WIDE = str.maketrans(",!?;:()", "，！？；：（）")
_SCRIPTS: tuple[ChineseScript, ...] = ("simplified", "traditional")
_ENDS = ("", ".", "。", "!", "！", "?", "？", "…", "；", " — ok", "，好的")
_AS_WRITTEN = (
    *(("", end) for end in _ENDS),
    *((f"{start} ", end) for start in ("Well:", "ok", _ENGLISH, _MIXED) for end in ("", ".")),
    *((start, end) for start in ("好的，", _CHINESE) for end in ("", "。", _CHINESE)),
    ("", f" {_ENGLISH}"),
    ("", _CHINESE),
    (f"{_ENGLISH} ", f" {_ENGLISH}"),
    (f"{_MIXED} ", f" {_MIXED}"),
    ("ok\n", "\nok"),
    ("x", "x"),
)
_IN_OTHER_WAYS = (
    ("“", "”"),
    (f"{_CHINESE}“", f"”{_CHINESE}"),
    (f'{_ENGLISH} "', f'" {_ENGLISH}'),
    ("I am not ", "."),
    ("不是", "。"),
    ("好", "好"),
)
NEUTRAL = tuple(f"{start}{word}{end}" for word in ("ok", "好") for start, end in _AS_WRITTEN)
"""Answers that say nothing in particular."""


@dataclass(frozen=True, slots=True)
class Option:
    """One way in which a rule can be kept.

    Attributes:
        said: what is said, in words.
        rule: which is kept.
        asked: the conversation that is answered.
        written: texts that say it as it is written, the barest first; not all keep the rule.
        variants: texts that say it in another case, in quotation marks, denied.
        phrase: what is said, white space as single spaces; empty where it is no phrase.
        respelled: texts that say it in other widths, white space and the other Chinese script; for
            rules about these.
    """

    said: str
    rule: Rule
    asked: Conversation
    written: tuple[str, ...]
    variants: tuple[str, ...] = ()
    phrase: str = ""
    respelled: tuple[str, ...] = ()

    def is_shown(self) -> bool:
        """Whether any of the texts keeps the rule at all."""
        return any(self._keeps(self.rule, text) for text in (*self.written, *self.variants))

    def fits_as_written(self, other: Rule) -> bool:
        """Whether a text that says it as it is written keeps both rules."""
        texts = self.written
        if other.verifier.name in _OF_SPELLING:
            texts = (*texts, *self.respelled)
        elif other.verifier.name in _OF_CASE:
            texts = (*texts, *self.variants)  # what is small letters only is written so
        return any(self._keeps_both(other, text) for text in texts)

    def fits_as_variant(self, other: Rule) -> bool:
        """Whether a text that says it in another way keeps both rules."""
        return any(self._keeps_both(other, text) for text in self.variants)

    def _keeps_both(self, other: Rule, text: str) -> bool:
        return self._keeps(other, text) and self._keeps(self.rule, text)

    def _keeps(self, rule: Rule, text: str) -> bool:
        return rule.check(text, self.asked).passed


@dataclass(frozen=True, slots=True)
class Requirement:
    """That an answer says one of several things.

    Attributes:
        rule: which requires it.
        options: the ways to keep it.
        when: "when the user …"; empty = always.
        is_whole: whether an option is the whole answer.
        decisive: names of verifiers of which one can be sure: where they refuse all texts of an
            option, they refuse every answer that keeps the rule in this way.
    """

    rule: Rule
    options: tuple[Option, ...]
    when: str = ""
    is_whole: bool = False
    decisive: frozenset[str] = frozenset()


def ask(text: str) -> Conversation:
    """A conversation in which the user has said this."""
    return Conversation((Message("user", text),), None, "lint", Place("lint"))


NOTHING = ask("…")


def option_of_phrase(rule: Rule, phrase: str, asked: Conversation = NOTHING) -> Option:
    """The ways to say a phrase somewhere in an answer."""
    plain = " ".join(phrase.split())  # matching does not tell kinds of white space apart
    same = [text for text in dict.fromkeys(_spellings(plain)) if text != plain]
    cases = [text for text in (plain.lower(), plain.upper(), plain.title()) if text != plain]
    variants = [*_framed([plain], _IN_OTHER_WAYS)]
    variants += _framed(cases, (*_AS_WRITTEN, *_IN_OTHER_WAYS))
    written, respelled = [*_framed([plain], _AS_WRITTEN)], _framed(same, _AS_WRITTEN)
    if plain[:1].isdigit() or plain[-1:].isdigit():
        written.append(f"7{plain}7")  # inside a longer number
    return Option(
        quoted(plain), rule, asked, tuple(written), tuple(variants), plain, tuple(respelled)
    )


def _spellings(plain: str) -> Iterator[str]:
    """What matching does not tell apart: widths, kinds of white space, both Chinese scripts."""
    yield unicodedata.normalize("NFKC", plain)
    yield plain.translate(_WIDE)
    yield plain.replace(" ", "\n")
    yield from (write_in(plain, script) for script in _SCRIPTS)


def _framed(phrases: Iterable[str], frames: Sequence[tuple[str, str]]) -> Iterator[str]:
    return (f"{start}{phrase}{end}" for phrase in phrases for start, end in frames)
