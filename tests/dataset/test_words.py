import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.dataset.words import closing_of, joined, opening_of, without_phrase, words_of


@pytest.mark.parametrize(
    ("text", "opening", "closing"),
    [
        ("I think so, and you?", "i think so", "and you"),
        ("Well I do think so. Don't you find it good?", "well i do think", "you find it good"),
        ("周三九点到十一点开门，欢迎您和孩子一起来。", "周三九点到十一点", "您和孩子一起来"),
        ("您好，周三开门，欢迎来。", "您好", "欢迎来"),
        ("OK", "ok", "ok"),
        ("打开 Wi-Fi 设置就好", "打开 wi fi 设置就好", "打开 wi fi 设置就好"),
        ("…！", "", ""),
    ],
)
def test_openings_and_closings(text, opening, closing):
    assert joined(opening_of(text)) == opening
    assert joined(closing_of(text)).endswith(closing)


@given(st.lists(st.sampled_from(["a", "b", "你", "好"]), max_size=12), st.data())
def test_a_phrase_is_taken_out_wherever_it_stands(words, data):
    text = ", ".join(words)
    start = data.draw(st.integers(0, len(words)))
    phrase = words[start : start + data.draw(st.integers(1, 3))]
    left = words_of(without_phrase(text, phrase)) if phrase else words
    if not phrase:
        return
    occurrences, position = 0, 0
    while position <= len(words) - len(phrase):
        found = words[position : position + len(phrase)] == phrase
        occurrences += found
        position += len(phrase) if found else 1
    assert len(left) == len(words) - occurrences * len(phrase)


@given(st.text(max_size=60))
def test_any_text_has_words_or_none(text):
    words = words_of(text)
    assert words_of(text, 2) == words[:2]
    assert all(words)
    assert len(opening_of(text)) <= 8


@given(st.text(max_size=60) | st.text(alphabet="aB1'’_ -,", max_size=60), st.integers(1, 30))
def test_the_first_words_are_the_first_of_all(text, most):
    assert words_of(text, most) == words_of(text)[:most]
    assert words_of(text) == words_of(text + "。")  # no ASCII any more, which is cut another way
