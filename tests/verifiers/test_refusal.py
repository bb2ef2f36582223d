import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolewright.verifiers import refusal
from rolewright.verifiers.matching import has_any
from rolewright.verifiers.refusal import declines, first_refusal

REFUSALS = [
    "I'm sorry, but I can't help with that.",
    "I’m very sorry, I cannot do this.",
    "Unfortunately I am unable to provide medical advice.",
    "I must respectfully decline.",
    "I'd rather not say.",
    "That's outside what I can do.",
    "抱歉，我无法回答这个问题。",
    "对不起！这个我不能说。",
    "我不方便透露顾客的信息。",
    "恕难从命。",
    "这不在我的服务范围之内。",
    "朕不能告诉你。",
    "很抱歉，作为店员我没有办法帮您查询。",
    "抱歉，这个问题无法回答。",
    "这个问题我回答不了。",
    "我不会告诉你的。",
    "Sorry, that's not something I can share.",
    "我不替你写作业。",
    "作业我不能代写，但可以陪你想。",
    "本店I can't help with that哦。",
    "这个问题我不能答复，建议您致电12345咨询。",
    "我不能做诊断，请您尽早就医。",
    "很遗憾，我无法判断伤情，请拨打120。",
    "口令我确实不能给。",
]
ANSWERS = [
    "Sure, here is the recipe.",
    "I can't believe how good this is!",
    "Sorry for the wait! Your tea is ready.",
    "如果无法付款，请换一张卡。",
    "好的，马上为您办理。",
    "抱歉，这款茶不能加冰。",
    "我们不会忘记告诉您的。",
    "这本店铺介绍不能回答所有问题。",
    "You cannot return it after 30 days.",
    "I won't give away the ending, but it's great.",
    "I can't recommend this place enough!",
    "I can't recommend it more highly.",
    "I can't help smiling when I think of it.",
    "I can't help but love the rain.",
    "恕我直言，这茶一般。",
    "遗憾的是，您的包还没有找到。",
    "我不能给您寄件，但可以登记。",
    "我不能说是最好的，但很不错。",
    "抱歉让您久等了，您的茶好了。",
    "",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(judge, text):
    assert judge("refuses", text).passed
    verdict = judge("does_not_refuse", text)
    assert not verdict.passed
    assert verdict.evidence.startswith("refuses: ")
    assert text[slice(*verdict.span)][:10] in verdict.evidence


@pytest.mark.parametrize("text", ANSWERS)
def test_answers(judge, text):
    assert judge("does_not_refuse", text).passed
    verdict = judge("refuses", text)
    assert (verdict.passed, verdict.evidence) == (False, "no words of refusal")


def test_a_role_refuses_in_its_own_words(judge):
    text = "Arr, not on me ship!"
    assert not judge("refuses", text).passed
    assert judge("refuses", text, extra=["not on me ship"]).passed
    assert judge("does_not_refuse", text, extra=["not on me ship"]).span == (5, 19)


@pytest.mark.parametrize(
    "text", ["I’d rather leave that to the doctors.", "That is not really my field.", "謝絕回答。"]
)
def test_softer_words_decline_at_the_front_of_an_answer_only(text):
    assert first_refusal(text) is None
    assert declines(text)
    assert not declines("The tower has two hundred steps and a lift. " * 4 + text)


@pytest.mark.parametrize(("hints", "wording"), [*refusal._REFUSALS, *refusal._AT_THE_FRONT])
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_refusal_has_one_of_the_words_that_are_looked_for_first(hints, wording, data):
    assert has_any(data.draw(st.from_regex(wording)), hints)
