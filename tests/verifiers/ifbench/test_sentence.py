import pytest


@pytest.mark.parametrize(
    ("text", "word", "number", "passed", "span"),
    [
        ("One. Two TEA bags.", "tea", 2, True, None),
        ("One. Two bags of tea.", "tea", 1, False, (0, 4)),
        ("One.", "one", 2, False, None),
        ("你好。喝茶吧！", "茶", 2, True, None),
        ("你好。喝茶吧！", "茶", 1, False, (0, 3)),
    ],
)
def test_keyword(judge, text, word, number, passed, span):
    verdict = judge("sentence:keyword", text, word=word, N=number)
    assert (verdict.passed, verdict.span) == (passed, span)
