import pytest


@pytest.mark.parametrize(
    ("text", "percentage", "passed"),
    [
        ("abcd", 100, True),
        ("abcx", 50, True),
        ("abcx", 52, True),
        ("abcx", 53, False),
        ("今天天气", 0, True),
        ("ab", 0, False),
    ],
)
def test_overlap(judge, text, percentage, passed):
    arguments = {"reference_text": "abcdefg", "percentage": percentage}
    assert judge("ratio:overlap", text, **arguments).passed == passed


def test_overlap_in_chinese(judge):
    arguments = {"reference_text": "今天天气很好", "percentage": 50}
    verdict = judge("ratio:overlap", "今天天亮", **arguments)
    assert verdict.passed
    assert verdict.evidence.startswith("50.0% of the answer's 3-character sequences")
