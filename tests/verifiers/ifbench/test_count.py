import pytest


@pytest.mark.parametrize(
    ("text", "unit", "passed"),
    [
        ("one two three", None, True),
        ("don't go", None, True),
        ("don't go there", None, False),
        ("今天好", None, True),
        ("今天很好", None, False),
        ("one two three", "words", True),
        ("one", "words", False),
        ("one two three four", "words", False),
        ("今天，好", "han", True),
        ("今天，好", "han+punct", False),
    ],
)
def test_word_count_range(judge, text, unit, passed):
    arguments = {"min_words": 2, "max_words": 3, "unit": unit}
    assert judge("count:word_count_range", text, **arguments).passed == passed


@pytest.mark.parametrize(
    ("text", "unit", "count"),
    [
        ("Tea, tea and TEA!", "words", 2),
        ("好茶，好水", "words", 3),
        ("好茶 tea，好水", "han", 3),
        ("- - -", "words", 0),
    ],
)
def test_unique_word_count(judge, text, unit, count):
    assert judge("count:unique_word_count", text, N=count, unit=unit).passed
    verdict = judge("count:unique_word_count", text, N=count + 1, unit=unit)
    assert verdict.evidence == f"{count} different {unit}, at least {count + 1} required"


@pytest.mark.parametrize(
    ("text", "count"),
    [("3.14 and 1,000", 2), ("1. one\n2. two", 2), ("共３个，一起走", 1), ("none", 0)],
)
def test_numbers(judge, text, count):
    assert judge("count:numbers", text, N=count).passed
    assert not judge("count:numbers", text, N=count + 1).passed
    if count:
        assert judge("count:numbers", text, N=count - 1).span is not None
