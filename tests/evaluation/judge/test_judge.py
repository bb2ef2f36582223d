import json

import pytest
from chat_endpoint import completion

from rolewright.conversations.conversation import Message
from rolewright.errors import UserError
from rolewright.evaluation.endpoint import Endpoint
from rolewright.evaluation.judge.judge import open_judge


def decide(judge, *answers):
    choices = [judge.wording.about_answer("warm", [Message("user", "?")], a) for a in answers]
    found = {}

    def keep(index, decision):
        assert index not in found
        found[index] = decision

    judge.decide(choices, keep)
    return [found[index] for index in range(len(answers))]


def test_a_decision_needs_both_orders(judge, judge_endpoint):
    judge_endpoint.decide = lambda asked: (
        "B" if '"third"' in asked else "who knows?" if '"fourth"' in asked else '"first"' in asked
    )
    kept, broken, by_order, unreadable = decide(judge, "first", "second", "third", "fourth")
    assert (kept.holds, broken.holds, by_order.holds, unreadable.holds) == (True, False, None, None)
    assert (kept.follows_order, by_order.follows_order) == (False, True)
    assert unreadable.follows_order is None
    assert kept.reasons == ("I say A", "I say B")
    assert unreadable.reasons == ("who knows?", "who knows?")
    assert len(set(judge_endpoint.asked)) == len(judge_endpoint.asked) == 8


def test_every_request_is_greedy_and_seeded(judge, judge_endpoint):
    decide(judge, "x")
    bodies = [body for _, body in judge_endpoint.requests]
    assert {(body["temperature"], body["seed"]) for body in bodies} == {(0, 0)}
    conditions = judge.conditions()
    assert (conditions["model"], conditions["reported_model"]) == ("judge", "judge-1")
    assert conditions["prompt"] == judge.wording.hash


def test_controls_tell_a_gullible_judge(judge_endpoint, judge, wording):
    assert judge.is_sound
    judge_endpoint.gullible = True  # it finds whatever it reads kept
    gullible = open_judge(judge.endpoint, wording)
    assert gullible.controls_right == sum(control.kept for control in wording.controls)
    assert not gullible.is_sound


def test_another_model_at_the_endpoint_is_refused(judge, judge_endpoint):
    judge_endpoint.reports = "judge-2"
    with pytest.raises(UserError, match=r"as 'judge-1' first, and now as 'judge-2'"):
        decide(judge, "x")


def test_the_key_is_the_judges_own(judge_endpoint, wording):
    with pytest.raises(UserError, match=r"no such model(.|\n)*\$JUDGE_API_KEY"):
        open_judge(Endpoint(judge_endpoint.url, "other", key="JUDGE_API_KEY"), wording)


REPLY = {"reason": "It {is} warm.", "option": "A"}


@pytest.mark.parametrize(
    "reply",
    [
        json.dumps(REPLY),
        f"```json\n{json.dumps(REPLY, indent=1)}\n```",
        f"<think>Is it B? {{}}</think>\n\nMy reply: {json.dumps(REPLY)} Done.",
        json.dumps(REPLY | {"option": " a "}),
        json.dumps(REPLY | {"option": "**A.**"}),
        json.dumps(REPLY | {"option": "Option A"}),
        json.dumps(REPLY | {"option": "选项A"}),
        f'The form is {{"reason": "…", "option": …}}. {json.dumps(REPLY)}',
        "{x} " * 500_000 + json.dumps(REPLY),  # long, and yet read in no time
    ],
)
def test_replies_are_read_in_many_forms(judge, judge_endpoint, reply):
    judge_endpoint.decide = lambda asked: reply
    (decision,) = decide(judge, "x")
    assert decision.picks == ("first", "first")
    assert decision.reasons == ("It {is} warm.", "It {is} warm.")


@pytest.mark.parametrize(
    "reply",
    [
        *("", "Option A", "{}", '{"option": "C"}', '{"option": "A', "[1]", '{"option": "A or B"}'),
        "<think>A reply of so many tokens that",
        '{"option": "A"} or {"option": "B"}',
        "blah " * 100_000,
    ],
)
def test_what_names_no_option_is_undecided(judge, judge_endpoint, reply):
    judge_endpoint.decide = lambda asked: reply
    (decision,) = decide(judge, "x")
    assert (decision.picks, decision.holds) == ((None, None), None)
    assert decision.reasons == (reply.strip()[:1000],) * 2


def test_unreadable_replies_to_controls_are_told(judge_endpoint, wording, monkeypatch):
    monkeypatch.setattr(judge_endpoint, "respond", lambda path, body: (200, completion("?", "j")))
    judge = open_judge(Endpoint(judge_endpoint.url, "judge", retries=0), wording)
    assert not judge.is_sound
    assert judge.unreadable == ("?",) * 8
    assert judge.in_words == "0 of 4 controls right, 8 of 8 replies unreadable"
    assert judge.as_record()["controls_unreadable"] == 8


def cramped(judge_endpoint, has_room):
    """A judge without room for some requests."""
    answer = judge_endpoint.respond

    def respond(path, body):
        if has_room(body):
            return answer(path, body)
        return 400, {"error": {"message": "maximum context length is 4096 tokens"}}

    return respond


def test_a_judge_with_a_short_context_is_asked_for_shorter_replies(
    judge_endpoint, wording, monkeypatch
):
    room = cramped(judge_endpoint, lambda body: body["max_tokens"] <= 512)
    monkeypatch.setattr(judge_endpoint, "respond", room)
    judge = open_judge(Endpoint(judge_endpoint.url, "judge", retries=0), wording)
    assert judge.is_sound
    assert [decision.holds for decision in decide(judge, "a", "b")] == [True, True]


def test_an_answer_too_long_for_the_judge_is_undecided(judge, judge_endpoint, monkeypatch):
    room = cramped(judge_endpoint, lambda body: "endless" not in body["messages"][-1]["content"])
    monkeypatch.setattr(judge_endpoint, "respond", room)
    endless, other = decide(judge, "endless", "x")
    assert (endless.holds, other.holds) == (None, True)
    assert endless.reasons == ("does not fit into the judge's context",) * 2


def test_a_judge_without_room_for_a_control_is_refused(judge_endpoint, wording, monkeypatch):
    monkeypatch.setattr(judge_endpoint, "respond", cramped(judge_endpoint, lambda body: False))
    with pytest.raises(UserError, match=r"512 tokens of reply do not fit(.|\n)*longer context"):
        open_judge(Endpoint(judge_endpoint.url, "judge", retries=0), wording)
