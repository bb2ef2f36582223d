import pytest

from rolewright.conversations.defect import Constant, describe, quote, wrong_type


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (-1.5, "the number -1.5"),
        ("中", 'the text "中"'),
        ([], "an empty list"),
        ([1], "a list"),
        ({}, "an empty object"),
        ({"a": 1}, "an object"),
        (Constant("NaN"), "NaN"),
    ],
)
def test_values_in_words(value, words):
    assert describe(value) == words


def test_quoted_text_is_short_and_can_be_printed():
    assert quote("x" * 41) == '"' + "x" * 40 + '…"'
    assert quote("x" * 40) == '"' + "x" * 40 + '"'
    assert quote("\x1b[1m\ud800").encode() == b'"\\u001b[1m\\ud800"'


def test_constants_are_not_reported_twice():
    assert wrong_type("a", Constant("NaN"), "a text") == ()
    assert [defect.found for defect in wrong_type("a", 1, "a text")] == ["the number 1"]
