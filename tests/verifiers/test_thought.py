import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.verifiers.thought import without_thoughts

TEXTS = st.lists(st.sampled_from(["<think>", "</think>", "a", "猫", " ", "\n"]), max_size=12)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("plain", "plain"),
        ("<think>\nhm\n</think>\n\nParis", "Paris"),
        ("opened in the prompt</think>巴黎", "巴黎"),
        ("<think>cut off", ""),
        ("Paris <think>was it?</think> yes", "Paris yes"),
        ("<think>a</think>b<think>c</think>d", "bd"),
        ("<think></think>", ""),
        ("<think></think>Paris", "Paris"),
        ("I think> so", "I think> so"),
    ],
)
def test_thoughts_are_cut_out(text, answer):
    assert without_thoughts(text).text == answer


@given(TEXTS.map("".join))
def test_every_place_is_found_again(text):
    answer = without_thoughts(text)
    for place, character in enumerate(answer.text):
        start, end = answer.original((place, place + 1))
        assert text[start:end] == character


def test_a_place_beyond_the_answer_is_refused():
    with pytest.raises(IndexError):
        without_thoughts("<think>a</think>b").original((0, 2))


@pytest.mark.parametrize("name", ["never_say", "never_matches"])
def test_verifiers_do_not_see_thoughts(judge, name):
    parameters = {"phrases": ["cat"]} if name == "never_say" else {"pattern": "cat"}
    assert judge(name, "<think>a cat?</think>A dog.", **parameters).passed
    text = "<think>a dog?</think>\nA cat."
    verdict = judge(name, text, **parameters)
    assert not verdict.passed
    assert text[slice(*verdict.span)] == "cat"


def test_thoughts_do_not_count(judge):
    text = "<think>one two three</think>four five"
    assert judge("max_length", text, unit="words", max=2).passed
    assert judge("length_between", text, unit="characters", min=9, max=9).passed
    assert judge("opens_with", text, phrases=["four"]).passed
