import pytest

from rolewright.verifiers.comparison import judge_count, judge_exact_count

PLACES = [(0, 1), (4, 5), (8, 9)]


@pytest.mark.parametrize(
    ("relation", "threshold", "passed", "span"),
    [
        ("less than", 4, True, None),
        ("less than", 3, False, (8, 9)),
        ("less than", 1, False, (0, 1)),
        ("less than", 0, False, None),
        ("at least", 3, True, None),
        ("at least", 4, False, None),
    ],
)
def test_the_first_place_too_many_is_to_blame(relation, threshold, passed, span):
    verdict = judge_count(PLACES, "word", relation, threshold)
    assert (verdict.passed, verdict.span) == (passed, span)
    assert verdict.evidence == f"3 words, {relation} {threshold} required"


def test_what_was_counted_can_be_named():
    verdict = judge_count(PLACES[:1], "occurrence", "at least", 1, of='"tea"')
    assert verdict.evidence == '1 occurrence of "tea", at least 1 required'


@pytest.mark.parametrize(
    ("required", "passed", "span"), [(3, True, None), (4, False, None), (2, False, (8, 9))]
)
def test_exact_counts(required, passed, span):
    verdict = judge_exact_count(PLACES, "bullet", required)
    assert (verdict.passed, verdict.span) == (passed, span)
    assert verdict.evidence == f"3 bullets, exactly {required} required"
