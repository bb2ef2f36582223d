import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolewright.verifiers.language import is_written_in


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Good morning, how are you?"),
        ("en", "The word “你好世界” means hello world."),
        ("zh", "今天天气很好。"),
        ("zh", "请使用 PostgreSQL 数据库和 Kubernetes 集群。"),
        ("zh", "运行：\n```\nprint(1); import os, sys, re, json, time\n```\n就好。"),
        ("zh", "见 https://example.org/a-long-address/of/many/words 吧"),
        ("ja", "今日はとても良い天気ですね。"),
        ("ja", "カタカナ"),
        ("ko", "오늘 날씨가 좋네요."),
        ("ru", "Сегодня хорошая погода."),
        ("ar", "الطقس جميل اليوم"),
        ("zh", "42"),
        ("en", "👍"),
        ("en", "Ｈｅｌｌｏ ｗｏｒｌｄ"),
        ("en", "cafe\u0301 cre\u0300me"),
    ],
)
def test_the_right_script_passes(judge, language, text):
    assert judge("language", text, language=language).passed


@pytest.mark.parametrize(
    ("language", "text", "offender"),
    [
        ("en", "今天天气很好。", "今天天气很好"),
        ("zh", "好的。 Here is my answer to it.", "Here is my answer to it"),
        ("zh", "今日はとても良い天気ですね。", "はとても"),
        ("ja", "Good morning", "Good morning"),
        ("ko", "今天", "今天"),
        ("zh", "“All of it is quoted”", "All of it is quoted"),
        ("en", "ไทย", "ไ"),
    ],
)
def test_the_wrong_script_fails_with_its_first_run(judge, language, text, offender):
    verdict = judge("language", text, language=language)
    assert not verdict.passed
    assert text[slice(*verdict.span)].startswith(offender)


def test_the_share_is_measured_in_words(judge):
    text = "one two three 四"
    verdict = judge("language", text, language="en", share=0.8)
    assert not verdict.passed
    assert verdict.evidence.startswith("75% of the words are in English script, at least 80%")
    assert verdict.span == (14, 15)
    assert judge("language", text, language="en", share=0.75).passed


def test_japanese_needs_kana(judge):
    verdict = judge("language", "今天天气很好。", language="ja")
    assert not verdict.passed
    assert "0% of the characters are kana" in verdict.evidence


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_answer_is_in_no_language(judge, text):
    verdict = judge("language", text, language="zh")
    assert (verdict.passed, verdict.span) == (False, None)
    assert verdict.evidence == "the answer is empty, Chinese is required"


@pytest.mark.parametrize(
    ("script", "text", "offender"),
    [
        ("simplified", "这里是台湾的后面，乾隆著书。", None),
        ("simplified", "店名是“蘋果”。 `臺灣`", None),
        ("simplified", "今日は café 42", None),
        ("simplified", "这是電腦吗", "電腦"),
        ("traditional", "皇后在臺北的公里碑旁。", None),
        ("traditional", "這是电脑嗎", "电脑"),
    ],
)
def test_keeps_script(judge, script, text, offender):
    verdict = judge("keeps_script", text, script=script)
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender
    assert verdict.passed == (offender is None)


def test_a_few_characters_of_the_other_script_may_be_allowed(judge):
    text = "这是電的，那是腦的"
    assert judge("keeps_script", text, script="simplified", max=2).passed
    verdict = judge("keeps_script", text, script="simplified", max=1)
    assert (verdict.passed, verdict.span) == (False, (7, 8))
    assert verdict.evidence == '2 traditional characters, at most 1 allowed: "腦"'


@settings(deadline=None)
@given(text=st.text(alphabet='aé,« 漢字かナ한글яб"“”`مر1', max_size=30), data=st.data())
def test_without_evidence_the_verdict_is_the_same(judge, text, data):
    spoken = data.draw(st.sampled_from(["en", "zh", "ja", "ko", "ru", "ar"]))
    verdict = judge("language", text, language=spoken, share=0.5)
    assert is_written_in(text, spoken, 0.5) == verdict.passed
