import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolewright.verifiers import matching
from rolewright.verifiers.chinese_script import simplify
from rolewright.verifiers.matching import (
    compile_wording,
    first_occurrence,
    fold,
    listed,
    occurrences,
    quoted,
)

# Characters that folding drops or replaces on top of NFKC and case folding.
NOT_KEPT = dict.fromkeys(
    [0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x2060, 0x2065), *range(0xFE00, 0xFE10)]
    + [ord(mark) for mark in "‘’ʼ“”\"'ŉ"]
)
SMALL = st.text(alphabet="aAbé 猫Ｑｑﬁ1。！\u0301ｶﾞß", max_size=20)


def found(text, phrase, **options):
    return [text[start:end] for start, end in occurrences(text, phrase, **options)]


@pytest.mark.parametrize(
    ("text", "phrase", "hits"),
    [
        ("The cat sat. Cat!", "cat", ["cat", "Cat"]),
        ("concatenate the cats", "cat", []),
        ("用cat吧", "cat", ["cat"]),
        ("cat2 and 2cat", "cat", ["cat", "cat"]),
        ("cat's", "cat", ["cat"]),
        ("13 and 3", "3", ["3"]),
        ("ＱＷＥＮ", "qwen", ["ＱＷＥＮ"]),
        ("Alibaba\n  Cloud", "alibaba cloud", ["Alibaba\n  Cloud"]),
        ("don’t", "don't", ["don’t"]),
        ("Q\u200bwen", "Qwen", ["Q\u200bwen"]),
        ("ｶﾞｽ", "ガス", ["ｶﾞｽ"]),
        ("cafe\u0301!", "café", ["cafe\u0301"]),
        ("cafe\u0301!", "cafe", []),
        ("我是通义千问。", "千问", ["千问"]),
        ("Straße", "STRASSE", ["Straße"]),
        ("㎏", "kg", ["㎏"]),
        ("고양이가", "고양이", ["고양이"]),
        ("котёл", "кот", []),
        ("喵喵喵", "喵喵", ["喵喵"]),
        ("", "cat", []),
        ("蘋果電腦很貴", "苹果", ["蘋果"]),
        ("苹果电脑", "蘋果電腦", ["苹果电脑"]),
        ("頭髮與發現", "发", ["髮", "發"]),
        ("乾隆年間", "乾隆", ["乾隆"]),
    ],
)
def test_occurrences(text, phrase, hits):
    assert found(text, phrase) == hits


def test_substrings_are_found_on_demand():
    assert found("concatenate", "cat", whole_words=False) == ["cat"]


def test_the_span_is_that_of_the_original_where_folding_changes_lengths():
    assert list(occurrences("ﬁ…㎏ cat", "cat")) == [(4, 7)]


def test_the_earliest_and_longest_phrase_is_first():
    assert first_occurrence("x Alibaba Cloud", ["Cloud", "Alibaba", "Alibaba Cloud"]) == (2, 15)
    assert first_occurrence("x", ["y"]) is None


@settings(deadline=None)
@given(text=st.text(max_size=40).map(lambda text: text.translate(NOT_KEPT)))
def test_folding_is_that_of_the_whole_text(text):
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    expected = "".join(map(simplify, unicodedata.normalize("NFKC", folded)))
    assert "".join(fold(text).text.split()) == "".join(expected.translate(NOT_KEPT).split())


@pytest.mark.parametrize(
    "text",
    ["Été à Zürich, Łódź!\n“Yes”", "你好，世界！（朕）…", "a  b", "臺灣", " \n\na\n\n\n b c\n\n"],
)
def test_the_short_way_folds_as_the_long_one(text):
    # An invisible character is dropped, and keeps a text from the short way.
    long_way = fold(text + "\u200b")
    assert fold(text).text == long_way.text
    assert list(fold(text).starts) == list(long_way.starts)
    assert list(fold(text).ends) == list(long_way.ends)


def test_what_goes_the_short_way_folds_one_by_one():
    characters = [chr(number) for number in range(0x11000)]
    short = [character for character in characters if matching._ONE_BY_ONE.fullmatch(character)]
    assert len(short) > 21_000
    assert all(len(matching._fold_sequence(character)) == 1 for character in short)
    assert not any(map(matching._continues_sequence, short))


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("is the model ok", True),
        ("是model吗", True),
        ("MODELS", False),
        ("remodel model2", False),
        ("モデルmodelです", True),
    ],
)
def test_a_latin_word_has_its_edges_beside_chinese_too(text, is_found):
    assert bool(compile_wording(r"\bmodel\b", re.IGNORECASE).search(text)) == is_found


def test_a_run_of_white_space_is_one_space():
    folded = fold("a \n\tb")
    assert (folded.text, folded.starts, folded.ends) == ("a b", (0, 1, 4), (1, 4, 5))


@settings(deadline=None)
@given(text=st.text(max_size=40))
def test_the_map_to_the_original_is_complete_and_ordered(text):
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    spans = zip(folded.starts, folded.ends, strict=True)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@settings(deadline=None)
@given(before=SMALL, phrase=SMALL, after=SMALL)
def test_what_is_found_folds_to_the_phrase(before, phrase, after):
    text = before + phrase + after
    for start, end in occurrences(text, phrase, whole_words=False):
        assert fold(phrase).text.strip() in fold(text[start:end]).text


@settings(deadline=None)
@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_phrase_between_spaces_is_always_found(before, after):
    text = f"{before} 猫cat {after}"
    assert any(fold(text[start:end]).text == "猫cat" for start, end in occurrences(text, "猫CAT"))


def test_quotes_are_short_and_on_one_line():
    assert quoted("a\n b") == '"a b"'
    assert quoted("x" * 41) == f'"{"x" * 40}…"'
    assert listed("abcdefg") == '"a", "b", "c", "d", "e" and 2 more'
