import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "parameters", "passed", "evidence"),
    [
        ("A Cat and a dog", {"phrases": ["cat", "dog"]}, True, 'says "cat", "dog"'),
        ("A Cat", {"phrases": ["cat", "dog"]}, False, 'does not say "dog"'),
        ("A Cat", {"phrases": ["cat", "dog"], "mode": "any"}, True, 'says "cat"'),
        ("A bird", {"phrases": ["cat", "dog"], "mode": "any"}, False, 'says none of "cat", "dog"'),
        ("concatenate", {"phrases": ["cat"]}, False, 'does not say "cat"'),
        ("concatenate", {"phrases": ["cat"], "whole_words": False}, True, 'says "cat"'),
        ("欢迎光临本店", {"phrases": ["光临"]}, True, 'says "光临"'),
        ("", {"phrases": ["光临"]}, False, 'does not say "光临"'),
    ],
)
def test_must_include(judge, text, parameters, passed, evidence):
    verdict = judge("must_include", text, **parameters)
    assert (verdict.passed, verdict.evidence, verdict.span) == (passed, evidence, None)


def test_never_say(judge):
    assert judge("never_say", "concatenate", phrases=["cat"]).passed
    verdict = judge("never_say", "A big ＣＡＴ!", phrases=["dog", "cat"])
    assert (verdict.passed, verdict.span) == (False, (6, 9))
    assert verdict.evidence == 'says "ＣＡＴ", which is forbidden'
    assert not judge("never_say", "concatenate", phrases=["cat"], whole_words=False).passed


def test_never_say_in_chinese(judge):
    assert judge("never_say", "便宜又好用", phrases=["最便宜"]).passed
    verdict = judge("never_say", "这是全网最便宜的", phrases=["便宜", "最便宜"])
    assert (verdict.passed, verdict.span) == (False, (4, 7))


@settings(deadline=None)
@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_never_say_names_the_phrase(judge, before, after):
    text = f"{before}禁词 {after}"
    verdict = judge("never_say", text, phrases=["禁词"])
    start, end = verdict.span
    assert not verdict.passed
    assert text[start:end] == "禁词"
    assert '"禁词"' in verdict.evidence


@pytest.mark.parametrize(
    ("text", "phrases", "passed"),
    [
        (" Hi there", ["Hello", "hi"], True),
        ("High there", ["hi"], False),
        ("你好！欢迎", ["您好", "你好"], True),
        ("Ａhoy!", ["ahoy!"], True),
        ("欢迎，你好！", ["你好"], False),
        ("", ["hi"], False),
    ],
)
def test_opens_with(judge, text, phrases, passed):
    verdict = judge("opens_with", text, phrases=phrases)
    assert verdict.passed == passed


def test_opens_with_shows_what_stands_there(judge):
    verdict = judge("opens_with", "  Greetings", phrases=["Hello", "hi"])
    assert verdict.span == (2, 7)
    assert verdict.evidence == 'opens with "Greet", not with any of "Hello", "hi"'


@pytest.mark.parametrize(
    ("text", "parameters", "passed"),
    [
        ("See you. Bye \n", {"phrases": ["bye"]}, True),
        ("goodbye", {"phrases": ["bye"]}, False),
        ("你好喵", {"phrases": ["喵"]}, True),
        ("你好喵！🐱", {"phrases": ["喵"]}, False),
        ("你好喵！🐱", {"phrases": ["喵"], "ignore_punctuation": True}, True),
        ("你好喵！", {"phrases": ["喵!"], "ignore_punctuation": True}, True),
        ("喵你好", {"phrases": ["喵"], "ignore_punctuation": True}, False),
        ("", {"phrases": ["喵"], "ignore_punctuation": True}, False),
    ],
)
def test_closes_with(judge, text, parameters, passed):
    assert judge("closes_with", text, **parameters).passed == passed


@pytest.mark.parametrize(
    ("text", "phrases", "offender"),
    [
        ("Great question! Paris.", ["great question"], "Great question"),
        ("**Sure**, here it is", ["sure"], "Sure"),
        ("“好的，马上来", ["好的"], "好的"),
        ("當然可以", ["当然"], "當然"),
        (" …嗯", ["…"], "…"),
        ("Surely not", ["sure"], None),
        ("这样是好的", ["好的"], None),
        ("Paris. Great question!", ["great question"], None),
        ("", ["sure"], None),
    ],
)
def test_never_opens_with(judge, text, phrases, offender):
    verdict = judge("never_opens_with", text, phrases=phrases)
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender
    assert verdict.passed == (offender is None)


@pytest.mark.parametrize(
    ("text", "phrases", "offender"),
    [
        ("Paris. Let me know if you need more!", ["let me know if you need more."], "Let me know"),
        ("巴黎。希望对您有帮助！😊", ["希望对您有帮助"], "希望对您有帮助"),
        ("走吧……", ["……"], "……"),
        ("希望对您有帮助。再见", ["希望对您有帮助"], None),
        ("unmore", ["more"], None),
        ("", ["more"], None),
    ],
)
def test_never_closes_with(judge, text, phrases, offender):
    verdict = judge("never_closes_with", text, phrases=phrases)
    assert verdict.passed == (offender is None)
    if offender:
        assert text[slice(*verdict.span)].startswith(offender)
        assert offender in verdict.evidence


def test_closes_with_shows_what_stands_there(judge):
    verdict = judge("closes_with", "good morning ", phrases=["bye"])
    assert verdict.span == (9, 12)
    assert verdict.evidence == 'closes with "ing", not with any of "bye"'


@pytest.mark.parametrize(
    ("text", "passed"),
    [(" YES ", True), ("是", True), ("yes.", False), ("不是", False), ("", False)],
)
def test_exact_answer(judge, text, passed):
    verdict = judge("exact_answer", text, options=["yes", "是"])
    assert verdict.passed == passed
    assert verdict.span == (None if passed or not text else (0, len(text)))


@pytest.mark.parametrize(
    ("user", "text", "passed", "evidence"),
    [
        ("Any refund?", "See our policy.", True, 'mentions "refund" and the answer says "policy"'),
        ("Any Refund?", "No.", False, 'mentions "Refund" and the answer says none of'),
        ("refunding", "No.", True, "the user mentions none of"),
        ("我要退款", "请看退货政策", True, 'mentions "退款" and the answer says "政策"'),
        ("我要退款", "好的", False, 'mentions "退款" and the answer says none of "policy", "政策"'),
    ],
)
def test_must_say_when(judge, user, text, passed, evidence):
    parameters = {"triggers": ["refund", "退款"], "phrases": ["policy", "政策"]}
    verdict = judge("must_say_when", text, user=user, **parameters)
    assert verdict.passed == passed
    assert evidence in verdict.evidence


def test_must_say_when_all(judge):
    parameters = {"triggers": ["a"], "phrases": ["b", "c"], "mode": "all"}
    verdict = judge("must_say_when", "b", user="a", **parameters)
    assert (verdict.passed, verdict.evidence) == (
        False,
        'the user mentions "a" and the answer does not say "c"',
    )


@pytest.mark.parametrize(
    ("text", "passed", "span"),
    [
        ("你好", False, None),
        ("你好喵", True, None),
        ("喵，你好喵", True, None),
        ("喵，你好喵，喵！喵", False, (6, 7)),
    ],
)
def test_catchphrase_rate(judge, text, passed, span):
    verdict = judge("catchphrase_rate", text, phrase="喵", min=1, max=2)
    assert (verdict.passed, verdict.span) == (passed, span)


def test_catchphrase_rate_in_english(judge):
    verdict = judge("catchphrase_rate", "Arr, matey! Arrange it. ARR", phrase="arr", max=1)
    assert (verdict.passed, verdict.span) == (False, (24, 27))
    assert verdict.evidence == 'says "arr" 2 times, 0 to 1 allowed'
