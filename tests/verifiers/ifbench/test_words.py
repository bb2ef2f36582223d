import pytest


@pytest.mark.parametrize(
    ("text", "unit", "span"),
    [
        ("Tea and tea", "words", None),
        ("Tea, tea and TEA!", "words", (13, 16)),
        ("好的，我的，你的", "words", (7, 8)),
        ("好的，我的，你的", "sentences", None),
        ("好的。好的。好的。", "sentences", (6, 9)),
    ],
)
def test_repeats(judge, text, unit, span):
    verdict = judge("words:repeats", text, small_n=2, unit=unit)
    assert (verdict.passed, verdict.span) == (span is None, span)
