import pytest


@pytest.mark.parametrize(
    ("width", "text", "span"),
    [
        ("full", "你好，世界。（真的）", None),
        ("full", "用 Python 3.12, 12:30 见", None),
        ("full", "`你,好` 和 https://a.b/c,d", None),
        ("full", "你好,世界", (2, 3)),
        ("full", "你好.", (2, 3)),
        ("full", "小明(店员)", (2, 3)),
        ("full", "Hello, world.", None),
        ("half", "Hello, world.", None),
        ("half", "你好,世界", None),
        ("half", "Hello，world", (5, 6)),
    ],
)
def test_punctuation_width(judge, width, text, span):
    verdict = judge("punctuation_width", text, width=width)
    assert (verdict.passed, verdict.span) == (span is None, span)


@pytest.mark.parametrize(
    ("space", "digits", "text", "span"),
    [
        ("required", True, "我用 Python 写了 5 行", None),
        ("required", True, "我用Python写", (1, 3)),
        ("required", True, "写了5行", (1, 3)),
        ("required", False, "写了5行", None),
        ("none", True, "我用Python写了5行。Hello world", None),
        ("none", True, "我用 Python写", (2, 3)),
        ("none", False, "写了 5 行", None),
        ("required", True, "`我a`，（A）", None),
    ],
)
def test_han_latin_spacing(judge, space, digits, text, span):
    verdict = judge("han_latin_spacing", text, space=space, digits=digits)
    assert (verdict.passed, verdict.span) == (span is None, span)
