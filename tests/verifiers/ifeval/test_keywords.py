import pytest


@pytest.mark.parametrize(
    ("text", "keywords", "passed"),
    [
        ("A cup of TEA and bread", ["tea", "bread"], True),
        ("A cup of tea", ["tea", "bread"], False),
        ("My teapot", ["tea"], True),
        ("I write C++ code", ["c++"], True),
        ("欢迎光临本店", ["光临"], True),
        ("欢迎光临本店", ["再见"], False),
        ("ＴＥＡ", ["tea"], True),
    ],
)
def test_existence(judge, text, keywords, passed):
    assert judge("keywords:existence", text, keywords=keywords).passed == passed


@pytest.mark.parametrize(
    ("text", "keyword", "frequency", "relation", "passed", "span"),
    [
        ("tea, Tea, teapot", "tea", 3, "at least", True, None),
        ("tea, Tea, teapot", "tea", 4, "at least", False, None),
        ("tea, Tea, teapot", "tea", 2, "less than", False, (5, 8)),
        ("tea, Tea, teapot", "tea", 4, "less than", True, None),
        ("好茶，好水，好茶", "好茶", 2, "less than", False, (6, 8)),
    ],
)
def test_frequency(judge, text, keyword, frequency, relation, passed, span):
    arguments = {"keyword": keyword, "frequency": frequency, "relation": relation}
    verdict = judge("keywords:frequency", text, **arguments)
    assert (verdict.passed, verdict.span) == (passed, span)


@pytest.mark.parametrize(
    ("text", "words", "span"),
    [
        ("Concatenate", ["cat"], None),
        ("The Cat sat", ["dog", "cat"], (4, 7)),
        ("the _cat_ sat", ["cat"], (5, 8)),
        ("C++ is here", ["C++"], (0, 3)),
        ("这是全网最便宜的", ["便宜"], (5, 7)),
        ("这很贵", ["便宜"], None),
    ],
)
def test_forbidden_words(judge, text, words, span):
    verdict = judge("keywords:forbidden_words", text, forbidden_words=words)
    assert (verdict.passed, verdict.span) == (span is None, span)


@pytest.mark.parametrize(
    ("text", "letter", "frequency", "relation", "passed", "span"),
    [
        ("Eerie tree", "e", 5, "at least", True, None),
        ("Eerie tree", "E", 6, "at least", False, None),
        ("Eerie tree", "e", 3, "less than", False, (4, 5)),
        ("我的书是你的", "的", 2, "at least", True, None),
        ("Ｅe", "e", 2, "at least", True, None),
        ("a#b#", "#", 2, "at least", True, None),
    ],
)
def test_letter_frequency(judge, text, letter, frequency, relation, passed, span):
    arguments = {"letter": letter, "let_frequency": frequency, "let_relation": relation}
    verdict = judge("keywords:letter_frequency", text, **arguments)
    assert (verdict.passed, verdict.span) == (passed, span)
