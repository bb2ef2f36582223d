import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.conversations.conversation import Conversation, Message
from rolewright.dataset.response_mode import MODES, response_mode
from rolewright.errors import Place

ASKED = Conversation((Message("user", "?"),), None, "x", Place("x"))

CASES = {
    "answer": [
        "The library opens at ten and closes at six, except on Mondays.",
        "图书馆十点开门，六点闭馆，周一不开放，您什么时候方便都可以来。",
        "You can ask the desk for a card; it costs nothing and takes a minute.",
        "Which bus you take depends on the hour: before nine it is the 12, later the 31.",
        "What can I say? It is the finest bridge of the whole valley, and the oldest one too.",
    ],
    "short": ["Paris", "Yes, until six.", "九点开门。", "42", "可以，不收钱。", ""],
    "list": [
        "Two ways:\n- by bus\n- on foot",
        "1. 先办证\n2. 再借书",
        "一、带身份证\n二、交押金",
        "（1）坐船\n（2）步行",
        "* one\n* two",
    ],
    "code": [
        "```python\nprint(1)\n```",
        "Like this:\n~~~\nls\n~~~\nThat is all.",
        '{"answer": 42}',
        "[1, 2]",
    ],
    "clarify": [
        "Could you tell me which branch you mean?",
        "Do you mean the old bridge or the new one?",
        "请问您是指哪一天？",
        "您具体想去哪个馆？",
        "Which of the two are you asking about?",
    ],
    "refuse": [
        "I can't help with that.",
        "Sorry, I cannot answer this.",
        "抱歉，我无法回答这个问题。",
        "恕我不便回答。",
        "I cannot give medical advice.",
    ],
    "redirect": [
        "I only answer geography questions.",
        "I can't give legal advice. Please ask a lawyer.",
        "抱歉，我不能回答，请咨询医生。",
        "我只负责介绍图书馆。",
        "医疗上的事，我不能替您拿主意，请去医院看看。",
    ],
}


@pytest.mark.parametrize(
    ("mode", "text"), [(mode, text) for mode, texts in CASES.items() for text in texts]
)
def test_modes(mode, text):
    assert response_mode(text) == mode


def test_every_mode_has_its_cases():
    assert set(CASES) == set(MODES)


@pytest.mark.parametrize("text", ["I can't help with that.", "Yes."])
def test_thoughts_are_no_answer(text):
    thought = f"<think>\n1. a\n2. b\n</think>\n{text}"
    assert response_mode(thought) == response_mode(text)


def test_a_refusal_far_down_is_advice_within_an_answer():
    text = "The tower has two hundred steps and a lift. " * 6 + "I can't help with parking."
    assert response_mode(text) == "answer"


@given(st.text(max_size=200))
def test_any_text_has_a_mode(text):
    assert response_mode(text) in MODES
