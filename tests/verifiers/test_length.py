import pytest


def test_max_length(judge):
    assert judge("max_length", "one two three", unit="words", max=3).passed
    verdict = judge("max_length", "one two three four ", unit="words", max=2)
    assert (verdict.passed, verdict.span) == (False, (8, 18))
    assert verdict.evidence == "4 words, at most 2 allowed"


def test_max_length_in_han_characters(judge):
    assert judge("max_length", "你好，世界！", unit="han", max=4).passed
    verdict = judge("max_length", "你好，世界！", unit="han", max=3)
    assert (verdict.passed, verdict.span) == (False, (4, 5))
    assert verdict.evidence == "4 Han characters, at most 3 allowed"


def test_max_length_zero_allows_the_empty_answer_only(judge):
    assert judge("max_length", " ", unit="characters", max=0).passed
    verdict = judge("max_length", "a", unit="characters", max=0)
    assert verdict.evidence == "1 character, at most 0 allowed"
    assert verdict.span == (0, 1)


def test_min_length(judge):
    assert judge("min_length", "One. Two.", unit="sentences", min=2).passed
    verdict = judge("min_length", "只有一句。", unit="sentences", min=2)
    assert (verdict.passed, verdict.span) == (False, None)
    assert verdict.evidence == "1 sentence, at least 2 required"


@pytest.mark.parametrize(
    ("text", "passed", "evidence"),
    [
        ("a", False, "1 line, at least 2 required"),
        ("a\nb", True, "2 lines, 2 to 3 allowed"),
        ("a\nb\nc", True, "3 lines, 2 to 3 allowed"),
        ("a\nb\nc\nd", False, "4 lines, at most 3 allowed"),
    ],
)
def test_length_between(judge, text, passed, evidence):
    verdict = judge("length_between", text, unit="lines", min=2, max=3)
    assert (verdict.passed, verdict.evidence) == (passed, evidence)
    assert verdict.span == ((6, 7) if text.endswith("d") else None)
