import pytest

from rolewright.evaluation.judge.contradictions import judge_pairs, pairs_of


@pytest.fixture
def pairs(role, wording):
    return pairs_of(role, wording)


def test_pairs_that_never_meet_are_not_asked_about(pairs):
    # The rules clear and brief apply to different scenarios.
    names = [{first.name, second.name} for first, second in pairs]
    assert len(names) == 9
    assert {"the rule 'brief'", "the rule 'clear'"} not in names
    assert {"the system message", "the rule 'warm'"} in names


def test_what_is_found_is_advice_with_the_reason(judge, judge_endpoint, pairs):
    judge_endpoint.decide = lambda asked: (
        "A" if "你是小禾" in asked else "回答亲切" in asked and '"no_emoji"' in asked
    )
    calls = []
    judged = judge_pairs(judge, pairs, lambda: calls.append(1))
    (finding,) = judged.findings
    assert (finding.code, finding.severity) == ("RW014", "info")
    assert finding.place.key == "rules.warm"
    assert finding.message == (
        "judge-1 finds that the rule 'calm' and the rule 'warm' contradict each other: I say A"
    )
    assert (judged.pairs, judged.undecided, len(calls)) == (9, 4, 9)
    (asked, *_) = [text for text in judge_endpoint.asked if "回答容易懂" in text]
    assert "闲聊" in asked  # where it applies


def test_a_contradiction_needs_both_orders(judge, judge_endpoint, pairs):
    judge_endpoint.decide = lambda asked: "B"
    judged = judge_pairs(judge, pairs, lambda: None)
    assert (judged.findings, judged.undecided) == ([], 9)
