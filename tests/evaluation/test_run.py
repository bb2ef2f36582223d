from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from rolewright.conversations.conversation import Message
from rolewright.errors import Place
from rolewright.evaluation.arms import Arm
from rolewright.evaluation.probe import Probe, Turn
from rolewright.evaluation.run import run_suite
from rolewright.evaluation.suites.adherence import adherence
from rolewright.evaluation.targets.target import Reply

PLACE = Place("probes")


class Echo:
    """Says how many turns it has seen, and the last."""

    def __init__(self):
        self.rounds = []

    def answer(self, conversations, *, on_replies, **_):
        self.rounds.append([conversation.id for conversation in conversations])
        for index, conversation in reversed(list(enumerate(conversations))):
            seen = [turn.content for turn in conversation.messages]
            on_replies({index: Reply(f"{len(seen)} {seen[-1]}", None, None, True)})

    @contextmanager
    def opened(self):
        yield self


@pytest.fixture
def suite(role):
    opening = (Message("user", "Hi"), Message("assistant", "Hello"))
    probes = [
        Probe("long", tuple(map(Turn, "abc", ("other",) * 3)), PLACE, opening, "family"),
        Probe("short", (Turn("d"),), PLACE, facts={"canary": "x"}),
    ]
    return replace(adherence(role, []), probes=probes)


def test_turns_follow_the_models_own_replies(suite):
    echo = Echo()
    samples = run_suite(
        suite,
        Arm("base", "S", echo.opened),
        max_new_tokens=8,
        done={},
        on_samples=lambda _: None,
    )
    assert echo.rounds == [["long", "short"], ["long"], ["long"]]
    assert [(s.conversation.id, s.turn) for s in samples] == [
        ("long", 0), ("long", 1), ("long", 2), ("short", 0),
    ]  # fmt: skip
    assert [m.content for m in samples[2].conversation.messages] == [
        "Hi", "Hello", "a", "3 a", "b", "5 b", "c",
    ]  # fmt: skip
    assert {s.conversation.system for s in samples} == {"S"}
    assert (samples[0].cluster, samples[3].cluster) == ("family", "short")
    assert samples[3].facts == {"canary": "x"}
    assert list(samples[0].verdicts) == ["one-line"]


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_a_conversation_goes_on_in_its_midst(suite, kept):
    arm = Arm("base", None, Echo().opened)
    whole = run_suite(suite, arm, max_new_tokens=8, done={}, on_samples=lambda _: None)
    done = {sample.key: sample for sample in whole[:kept]}
    new = []
    again = run_suite(suite, arm, max_new_tokens=8, done=done, on_samples=new.extend)
    assert [(s.key, s.reply) for s in again] == [(s.key, s.reply) for s in whole]
    assert len(new) == len(whole) - kept


class Cramped(Echo):
    """Has no room for conversations of more than so many turns."""

    def __init__(self, most):
        super().__init__()
        self.most = most

    def answer(self, conversations, *, on_replies, **_):
        self.rounds.append([conversation.id for conversation in conversations])
        for index, conversation in enumerate(conversations):
            fits = len(conversation.messages) <= self.most
            text = "said" if fits else ""
            on_replies({index: Reply(text, None, None, True, fits=fits)})


def run(suite, target, done=()):
    samples = []
    arm = Arm("base", "S", target.opened)
    found = run_suite(
        suite, arm, max_new_tokens=8, done={s.key: s for s in done}, on_samples=samples.extend
    )
    return found, samples


def test_a_probe_that_outgrows_the_context_is_asked_no_further(suite):
    cramped = Cramped(3)  # the opening and one turn
    samples, _ = run(suite, cramped)
    assert cramped.rounds == [["long", "short"], ["long"]]
    assert [(s.key[2:], s.reply.fits) for s in samples] == [
        (("long", 0), True), (("long", 1), False), (("short", 0), True),
    ]  # fmt: skip
    assert samples[1].verdicts == {}
    assert samples[0].verdicts


def test_what_has_outgrown_the_context_is_not_asked_again(suite):
    class Closed:
        def opened(self):
            raise AssertionError("a model is opened for nothing")

    whole, _ = run(suite, Cramped(3))
    samples, new = run(suite, Closed(), done=whole)
    assert (samples, new) == (whole, [])


def test_a_turn_may_bring_its_own_system_message(suite):
    turns = (Turn("a"), Turn("b", "other", "Another."), Turn("c"))
    samples, _ = run(replace(suite, probes=[Probe("switch", turns, PLACE)]), Echo())
    assert [s.conversation.system for s in samples] == ["S", "Another.", "S"]
    assert [m.content for m in samples[1].conversation.messages] == ["a", "1 a", "b"]


def test_texts_are_scored_rather_than_answered(suite):
    class Scoring(Echo):
        def score(self, conversations, *, on_replies):
            for index, conversation in enumerate(conversations):
                bits = float(len(conversation.messages[-1].content))
                on_replies({index: Reply("", 1, 0, True, bits=bits)})

    scored = replace(suite, probes=suite.probes[1:], scores_texts=True, judge=lambda *_: {})
    target = Scoring()
    [sample], _ = run(scored, target)
    assert (sample.reply.bits, target.rounds) == (1.0, [])


def test_no_draw_is_made_twice_by_the_same_numbers(suite):
    class Drawing(Echo):
        def answer(self, conversations, *, sampling, on_replies, **_):
            self.rounds.append([sampling.seed + index for index in range(len(conversations))])
            super().answer(conversations[:1], on_replies=on_replies)

    short = replace(suite, probes=[Probe(str(n), (Turn("d"),), PLACE) for n in range(3)])
    done, seeds = {}, []
    for _ in range(3):  # each time the first of the prompts is answered, then the target breaks
        target = Drawing()
        arm = Arm("base", None, target.opened)
        with suppress(KeyError):
            run_suite(
                short, arm, max_new_tokens=8, done=done,
                on_samples=lambda new: done.update({sample.key: sample for sample in new}),
            )  # fmt: skip
        seeds += target.rounds[0]
    assert len(done) == 3
    assert len(seeds) == len(set(seeds)) == 6
