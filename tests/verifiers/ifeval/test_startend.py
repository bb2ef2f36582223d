import pytest


@pytest.mark.parametrize(
    ("text", "phrase", "passed"),
    [
        ("Tea. Any other questions?\n", "any other questions?", True),
        ('"Tea. Any other questions?"', "Any other questions?", True),
        ("Any other questions? Bye.", "Any other questions?", False),
        ("“喝茶吧。还有别的问题吗？”", "还有别的问题吗？", True),
        ("他说“再见”", "“再见”", True),
        ("喝茶吧。", "还有别的问题吗？", False),
    ],
)
def test_end_checker(judge, text, phrase, passed):
    assert judge("startend:end_checker", text, end_phrase=phrase).passed == passed


def test_the_wrong_ending_is_shown(judge):
    verdict = judge("startend:end_checker", "Good morning ", end_phrase="bye")
    assert verdict.span == (9, 12)
    assert verdict.evidence == 'ends with "ing", not with "bye"'


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ('"Tea"', None),
        ("“好茶”", None),
        (" 「好茶」\n", None),
        ("『好茶』", None),
        ("'Tea'", (0, 1)),
        ('"Tea" he said', (12, 13)),
        ("“好茶」", (3, 4)),
        ('"', (0, 1)),
    ],
)
def test_quotation(judge, text, span):
    verdict = judge("startend:quotation", text)
    assert (verdict.passed, verdict.span) == (span is None, span)
