from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolewright.verifiers import segmentation
from rolewright.verifiers.matching import has_any
from rolewright.verifiers.segmentation import count_units, prose_of, sentences_of, units_of

ZH = "今天天气很好，我们去公园散步吧。"
CODE = "Run:\n```python\nprint('你好 world')\n\nx = 1\n```\nDone."
UNITS = ["words", "characters", "han", "han+punct", "word_style", "nonspace", "sentences"]
UNITS += ["lines", "paragraphs"]


def count(text, unit):
    return len(units_of(text, unit))


def sentences(text):
    return [text[start:end] for start, end in sentences_of(text)]


@pytest.mark.parametrize(
    ("unit", "text", "expected"),
    [
        ("han", ZH, 14),
        ("han+punct", ZH, 16),
        ("words", ZH, 14),
        ("word_style", ZH, 16),
        ("nonspace", ZH, 16),
        ("characters", ZH, 16),
        ("sentences", ZH, 1),
        ("words", "I don't like well-known 3.14.", 5),
        ("words", "- **bold** — yes 👍 !", 2),
        ("words", "我用Python写代码", 6),
        ("words", "ＡＢＣ １２３", 2),
        ("words", "cafe\u0301 e\u0301", 2),
        ("words", "한국어 문장", 2),
        ("words", "word—word", 2),
        ("words", "See https://example.org/a?b=c now", 2),
        ("words", "Use `pip install x` now", 2),
        ("words", CODE, 2),
        ("word_style", "我用Python 3.12写代码！", 8),
        ("word_style", "他说：“好……”", 8),
        ("han+punct", "他说：“好。”", 7),
        ("han+punct", "你好,世界!", 6),
        ("han+punct", "It's “fine”.", 0),
        ("han", "〇々㐀𠀀アa，", 4),
        ("characters", "  a b  ", 3),
        ("characters", "a https://example.org/", 1),
        ("characters", "👩‍💻", 3),
        ("nonspace", " a　b\n", 2),
        ("lines", "a\n\n  \nb\r\nc", 3),
        ("lines", CODE, 6),
        ("paragraphs", "a\nb\n\n\nc", 2),
        ("paragraphs", "a\r\n\r\nb\n \t\nc", 3),
        ("paragraphs", CODE, 1),
        ("paragraphs", "第一段。\n第二行。\n\n第二段。", 2),
    ],
)
def test_counts(unit, text, expected):
    assert count(text, unit) == expected


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("text", ["", "   ", "\n\n", "　"])
def test_nothing_counts_as_nothing(unit, text):
    assert count(text, unit) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你好。再见！", ["你好。", "再见！"]),
        ("他说：“走吧。”我走了。", ["他说：“走吧。”", "我走了。"]),
        ("真的吗？！是；不是", ["真的吗？！", "是；", "不是"]),
        ("我……我不知道。", ["我……", "我不知道。"]),
        ("Pi is 3.14. Mr. Li said so, e.g. here.", ["Pi is 3.14.", "Mr. Li said so, e.g. here."]),
        ("J. K. Rowling wrote it. I did.", ["J. K. Rowling wrote it.", "I did."]),
        ("It was I. Not you.", ["It was I.", "Not you."]),
        (
            "Tea, milk, etc. are here. Tea etc. Then",
            ["Tea, milk, etc. are here.", "Tea etc.", "Then"],
        ),
        ("Wait... what? Well... Yes", ["Wait... what?", "Well...", "Yes"]),
        ('He said "Go." She went.', ['He said "Go."', "She went."]),
        ("1. First\n2. Second", ["1. First", "2. Second"]),
        ("版本3.5很好.下一句", ["版本3.5很好.", "下一句"]),
        ("**Bold.** Plain.", ["**Bold.**", "Plain."]),
        ("no stop", ["no stop"]),
        ("Hi! 👍", ["Hi!"]),
        ("？！", []),
    ],
)
def test_sentences(text, expected):
    assert sentences(text) == expected


def test_a_line_break_may_end_no_sentence():
    text = "A title\n\nOne. Two\n1. Three!"
    spans = sentences_of(text, line_ends=False)
    assert [text[slice(*span)] for span in spans] == ["A title\n\nOne.", "Two\n1. Three!"]


@settings(deadline=None)
@given(st.text(alphabet=st.characters(max_codepoint=126, exclude_characters="`~<:"), max_size=80))
def test_ascii_words_are_what_white_space_separates(text):
    if "www" not in text.lower():
        assert count(text, "words") == sum(any(map(str.isalnum, w)) for w in text.split())


@settings(deadline=None)
@given(st.text(alphabet="今天。，ab 1\n", max_size=60))
def test_han_against_a_simple_oracle(text):
    assert count(text, "han") == sum(c in "今天" for c in text)
    assert count(text, "han+punct") == sum(c in "今天。，" for c in text)
    assert count(text, "nonspace") == sum(not c.isspace() for c in text)
    assert count(text, "characters") == len(text.strip())
    assert count(text, "lines") == sum(bool(line.strip()) for line in text.split("\n"))


def test_a_mark_is_no_part_of_the_word_beside_it():
    assert units_of("水:H2O。", "word_style") == [(0, 1), (1, 2), (2, 5), (5, 6)]


@settings(deadline=None)
@given(st.text(max_size=80), st.sampled_from(UNITS))
def test_units_are_ordered_disjoint_and_visible(text, unit):
    spans = units_of(text, unit)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    if unit != "characters":
        assert all(text[start:end].strip() for start, end in spans)


@settings(deadline=None)
@given(st.text(alphabet="`~\n /a:w.hps", max_size=80))
def test_blanking_keeps_every_offset(text):
    prose = prose_of(text)
    assert len(prose) == len(text)
    assert all(b in (a, " ") for a, b in zip(text, prose, strict=True))
    assert prose.count("\n") == text.count("\n")


@settings(deadline=None)
@given(st.text(max_size=40) | st.text(alphabet="`~\n /a:w.hps\0", max_size=40))
def test_counting_units_is_cutting_them(text):
    assert all(count_units(text, unit) == len(units_of(text, unit)) for unit in UNITS)


@pytest.mark.parametrize(("pattern", "marks"), segmentation._NOT_PROSE)
@settings(deadline=None)
@given(data=st.data())
def test_code_and_urls_have_the_marks_that_are_looked_for_first(pattern, marks, data):
    assert has_any(data.draw(st.from_regex(pattern)), marks)
