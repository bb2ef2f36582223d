"""Cutting a text into what a person would count: words, Han characters, sentences, lines.

All functions return spans ``(start, end)`` of the text as it was written.
"""

import re
from collections.abc import Callable
from typing import Literal

from rolewright.verifiers.matching import Span, has_any

Unit = Literal[
    "words",
    "characters",
    "han",
    "han+punct",
    "word_style",
    "nonspace",
    "sentences",
    "lines",
    "paragraphs",
]

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"
_WIDE_MARKS = "\u3001-\u3004\u3008-\u3020\u3030\u30fb\uff01-\uff0f\uff1a-\uff20"
_WIDE_MARKS += "\uff3b-\uff40\uff5b-\uff65"
_CLOSING = "”’」』）】》〉)\\]\"'*_"

_FENCE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[^`\n]*(?:\n.*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)|\Z)", re.DOTALL | re.MULTILINE
)
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)[^\n]*?[^`\n]\1(?!`)")
_URL = re.compile(r"\b(?:https?://|www\.)[\x21-\x7e]*[\w/#&=]", re.ASCII | re.IGNORECASE)
_CODE_MARKS = ("`", "~~~")
_URL_MARKS = ("://", "w.", "W.")
_NOT_PROSE = ((_FENCE, _CODE_MARKS), (_INLINE_CODE, _CODE_MARKS), (_URL, _URL_MARKS))
"""Patterns, and marks of which each of their hits has one: few texts do."""
_QUOTATION = re.compile(r"“[^“”\n]*”|\"[^\"\n]*\"|「[^「」\n]*」|『[^『』\n]*』|《[^《》\n]*》")

_VISIBLE = re.compile(r"\S")
_HAN_CHARACTER = re.compile(f"[{HAN}]")
_SYLLABLE = re.compile(f"[{HAN}{KANA}]")
_SHARED_MARKS = "“”‘’—…·,.!?;:()\"'"
# Quotation marks, dashes and half-width marks are Chinese only where they touch Chinese.
_MARKS = re.compile(
    f"[{_WIDE_MARKS}]|(?<=[{HAN}{KANA}{_WIDE_MARKS}])[{_SHARED_MARKS}]+"
    f"|(?<![“‘(])[“‘(]++(?=[{HAN}{KANA}{_WIDE_MARKS}])"
)
_RUN = re.compile(f"[^\\s—…{HAN}{KANA}{_WIDE_MARKS}]+")
_LINE = re.compile(r"[^\r\n]+")
_PARAGRAPH = re.compile(r"\S(?:[^\n]|\n(?![^\S\n]*(?:\n|\Z)))*")

_SENTENCE_END = re.compile(
    f"[。！？!?；…]+[{_CLOSING}]*|\\.+[{_CLOSING}]*(?=\\s|\\Z|[{HAN}])|[\r\n]+"
)
_NEVER_FINAL = frozenset({"mr", "mrs", "ms", "dr", "prof", "st", "e.g", "i.e", "vs", "cf", "fig"})
_SELDOM_FINAL = frozenset({"etc", "inc", "ltd", "co", "jr", "sr", "a.m", "p.m", "u.s", "approx"})
_LAST_TOKEN = re.compile(r"[^\s(\[\"“]*\Z")
_LIST_NUMBER = re.compile(r"(?:\A|\n)[ \t]*\d{1,3}\Z")


def without_code(text: str) -> str:
    """Blank out fenced and inline code; offsets and line breaks stay what they were."""
    if not has_any(text, _CODE_MARKS):
        return text
    return _INLINE_CODE.sub(_blank, _FENCE.sub(_blank, text))


def prose_of(text: str) -> str:
    """Blank out code and URLs; offsets and line breaks stay what they were."""
    for pattern, marks in _NOT_PROSE:
        if has_any(text, marks):
            text = pattern.sub(_blank, text)
    return text


def without_quotations(text: str) -> str:
    """Blank out text between quotation marks or 《》; offsets stay what they were."""
    return _QUOTATION.sub(_blank, text)


def units_of(text: str, unit: Unit) -> list[Span]:
    """Cut a text into counting units.

    Code and URLs do not count, except in ``lines`` and ``paragraphs``. There is no unit of tokens:
    how many a text has depends on a model, and a rule holds for all models that play the role.

    - ``words``: runs between white space that hold a letter or a digit, as a word processor counts
      them; each Han or kana character is a word of its own.
    - ``characters``: code points between the first and the last visible character, white space
      included.
    - ``han``: Han characters (the usual sense of 字数).
    - ``han+punct``: Han characters and Chinese punctuation marks.
    - ``word_style``: as ``words``, and each Chinese punctuation mark as well.
    - ``nonspace``: code points that are not white space.
    - ``sentences``: see ``sentences_of``.
    - ``lines``: lines that are not blank.
    - ``paragraphs``: blocks between blank lines; a fenced code block does not break one up.
    """
    return _CUTTERS[unit](text)


def count_units(text: str, unit: Unit) -> int:
    """How many units ``units_of`` cuts a text into."""
    if unit == "characters" and "\0" not in _mask(text):
        return len(text.strip())  # nearly every text, and many times as fast
    return len(units_of(text, unit))


def sentences_of(text: str, *, line_ends: bool = True) -> list[Span]:
    """Cut a text into sentences that hold at least one letter or digit.

    A sentence ends at 。！？；… or .!? together with the closing quotation marks and asterisks that
    follow, or, unless ``line_ends`` is false, at the end of a line. The points in "3.14", "Mr. Li",
    "e.g. this", "J. K. Rowling" and "1. First" end none.
    """
    spans: list[Span] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if end[0].isspace() and not line_ends:
            continue
        if _ends_sentence(text, end):
            spans.append((start, end.end()))
            start = end.end()
    spans.append((start, len(text)))
    return [_strip(text, span) for span in spans if any(map(str.isalnum, text[slice(*span)]))]


def _ends_sentence(text: str, end: re.Match[str]) -> bool:
    following = text[end.end() : end.end() + 16].lstrip()
    if end[0].startswith(("…", "..")):
        return not following[:1].islower()
    if not end[0].startswith("."):
        return True
    before = text[max(0, end.start() - 32) : end.start()]
    if _LIST_NUMBER.search(before):
        return False
    token_match = _LAST_TOKEN.search(before)
    token = token_match[0] if token_match else ""
    if token.lower() in _NEVER_FINAL:
        return not following
    if token.lower() in _SELDOM_FINAL:
        return not following[:1].islower()
    is_initial = len(token) == 1 and token.isupper() and token != "I"
    return not (is_initial and following[:1].isupper() and following[:1].isascii())


def _strip(text: str, span: Span, edge: str | None = None) -> Span:
    piece = text[slice(*span)]
    start = span[0] + len(piece) - len(piece.lstrip(edge))
    return start, start + len(piece.strip(edge))


def _blank(hit: re.Match[str]) -> str:
    return re.sub(r"[^\r\n]", " ", hit[0])


def _spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [hit.span() for hit in pattern.finditer(text)]


def _marks(prose: str) -> list[Span]:
    return [(i, i + 1) for hit in _MARKS.finditer(prose) for i in range(*hit.span())]


def _words(prose: str) -> list[Span]:
    runs = (hit.span() for hit in _RUN.finditer(prose) if any(map(str.isalnum, hit[0])))
    words = (_strip(prose, run, _SHARED_MARKS) for run in runs)
    return sorted([*_spans(_SYLLABLE, prose), *words])


def _characters(text: str) -> list[Span]:
    masked = _mask(text)
    if "\0" not in masked:  # nearly every text, and many times as fast
        return [(i, i + 1) for i in range(*_strip(masked, (0, len(masked))))]
    places = [i for i, character in enumerate(masked) if character != "\0"]
    visible = [i for i in places if not masked[i].isspace()]
    return [(i, i + 1) for i in places if visible and visible[0] <= i <= visible[-1]]


def _mask(text: str) -> str:
    """Write null characters in the place of code and URLs."""
    for pattern, marks in _NOT_PROSE:
        if has_any(text, marks):
            text = pattern.sub(lambda hit: "\0" * len(hit[0]), text)
    return text


def _lines(text: str) -> list[Span]:
    lines = _LINE.finditer(text)
    return [line.span() for line in lines if not line[0].isspace()]


def _paragraphs(text: str) -> list[Span]:
    unbroken = _FENCE.sub(lambda hit: "x" * len(hit[0]), text)
    return _spans(_PARAGRAPH, unbroken)


_CUTTERS: dict[Unit, Callable[[str], list[Span]]] = {
    "words": lambda text: _words(prose_of(text)),
    "characters": _characters,
    "han": lambda text: _spans(_HAN_CHARACTER, prose_of(text)),
    "han+punct": lambda text: sorted(
        _spans(_HAN_CHARACTER, prose_of(text)) + _marks(prose_of(text))
    ),
    "word_style": lambda text: sorted(_words(prose_of(text)) + _marks(prose_of(text))),
    "nonspace": lambda text: _spans(_VISIBLE, prose_of(text)),
    "sentences": lambda text: sentences_of(prose_of(text)),
    "lines": _lines,
    "paragraphs": _paragraphs,
}
