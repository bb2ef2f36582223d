import pytest


@pytest.mark.parametrize(
    ("text", "pattern", "full", "passed"),
    [
        ("order 1234 sent", r"\d{4}", False, True),
        ("order 12 sent", r"\d{4}", False, False),
        (" 1234\n", r"\d{4}", True, True),
        ("no 1234", r"\d{4}", True, False),
        ("订单：１２", "[：]", False, True),
        ("", "a", False, False),
    ],
)
def test_matches(judge, text, pattern, full, passed):
    verdict = judge("matches", text, pattern=pattern, full=full)
    assert (verdict.passed, verdict.span) == (passed, None)
    assert pattern in verdict.evidence


def test_never_matches(judge):
    assert judge("never_matches", "call me", pattern=r"\d{3,}").passed
    verdict = judge("never_matches", "电话 12345", pattern=r"\d{3,}")
    assert (verdict.passed, verdict.span) == (False, (3, 8))
    assert verdict.evidence.startswith('"12345" matches')
