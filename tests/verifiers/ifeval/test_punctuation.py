import pytest


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("No comma here.", None),
        ("Well, no.", (4, 5)),
        ("好的，再见。", (2, 3)),
        ("苹果、梨。", None),
        ("نعم، شكرا", (3, 4)),
    ],
)
def test_no_comma(judge, text, span):
    verdict = judge("punctuation:no_comma", text)
    assert (verdict.passed, verdict.span) == (span is None, span)
