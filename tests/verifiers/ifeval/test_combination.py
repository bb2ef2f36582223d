import pytest


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("One\n******\nTwo", True),
        ("******One******Two******", True),
        ("甲******乙", True),
        ("One******One", False),
        ("One", False),
        ("One******Two******Three", False),
        ("One************Two", False),
        ("One***Two", False),
    ],
)
def test_two_responses(judge, text, passed):
    assert judge("combination:two_responses", text).passed == passed


def test_the_second_of_equal_answers_is_shown(judge):
    verdict = judge("combination:two_responses", "One ****** One")
    assert verdict.span == (11, 14)


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        (" write A poem.\nRoses are red", True),
        ("Sure! Write a poem.", False),
        ("Write a", False),
    ],
)
def test_repeat_prompt(judge, text, passed):
    verdict = judge("combination:repeat_prompt", text, prompt_to_repeat="Write a poem.")
    assert verdict.passed == passed


def test_repeat_prompt_in_chinese(judge):
    assert judge("combination:repeat_prompt", "写首诗。\n好的", prompt_to_repeat="写首诗。").passed
    verdict = judge("combination:repeat_prompt", "好的。写首诗。", prompt_to_repeat="写首诗。")
    assert verdict.span == (0, 4)
