import pytest

from rolewright.evaluation.arms import Arm
from rolewright.evaluation.objections.objection import Objection
from rolewright.evaluation.prompts import prompts_of_role
from rolewright.evaluation.run import run_suite
from rolewright.evaluation.suites.stability import stability
from rolewright.evaluation.targets.target import Reply


class Breaking:
    """Keeps the rules but in some turns, which a function of conversation and turn names."""

    def __init__(self, breaks):
        self.breaks = breaks

    def answer(self, conversations, *, on_replies, **_):
        for index, conversation in enumerate(conversations):
            turn = len(conversation.messages) // 2
            broken = self.breaks(conversation.id, turn)
            on_replies({index: Reply("two\nlines" if broken else "Paris", 1, 1, True)})

    def opened(self):
        from contextlib import nullcontext

        return nullcontext(self)


def figures(role, breaks, sessions, turns=5):
    suite = stability(role, prompts_of_role(role), {turns: sessions})
    arm = Arm("tuned+role", "S", Breaking(breaks).opened)
    samples = run_suite(suite, arm, max_new_tokens=8, done={}, on_samples=lambda _: None)
    return suite.summarise({"tuned+role": samples})["tuned+role"][str(turns)]


def test_sysbench_figures_of_sessions_counted_by_hand(role):
    # Kept turn by turn: 11111, 11010, 01111. SysBench's SSR: (5 + 2 + 0) / 15; ISR: 12 / 15.
    kept = {"a": "11111", "b": "11010", "c": "01111"}
    broken = {f"5-turns:{n + 1}": pattern for n, pattern in enumerate(kept.values())}
    found = figures(role, lambda id_, turn: broken[id_][turn] == "0", 3)
    assert found["sessions"] == 3
    assert found["ssr"]["rate"] == pytest.approx(7 / 15)
    assert found["isr"]["rate"] == pytest.approx(12 / 15)
    assert [each["rate"] for each in found["survival"]] == pytest.approx(
        [2 / 3, 2 / 3, 1 / 3, 1 / 3, 1 / 3]
    )
    assert [each["rate"] for each in found["kept"]] == pytest.approx([2 / 3, 1, 2 / 3, 1, 2 / 3])
    # Turns behind a broken one: b's fourth (kept), c's second (kept).
    assert (found["recovery"]["passed"], found["recovery"]["total"]) == (2, 2)


def test_a_break_in_one_turn_shows_in_the_curve(role):
    found = figures(role, lambda _, turn: turn == 2, 8)
    assert [each["rate"] for each in found["survival"]] == [1, 1, 0, 0, 0]
    assert found["ssr"]["rate"] == pytest.approx(2 / 5)
    assert found["ssr"]["low"] < 2 / 5 < found["ssr"]["high"]


def test_a_prompt_comes_twice_in_a_conversation_only_where_there_are_too_few(role):
    prompts = prompts_of_role(role)
    for probe in stability(role, prompts, {3: 6, 2: 4}).probes:
        assert len({turn.text for turn in probe.turns}) == len(probe.turns)
    [long] = stability(role, prompts, {7: 1}).probes
    assert len(long.turns) == 7
    assert {turn.text for turn in long.turns} == {p.prompt[-1].content for p in prompts}


def test_draws_are_seeded(role):
    prompts = prompts_of_role(role)
    first, again, other = (stability(role, prompts, {3: 5}, seed).probes for seed in (1, 1, 2))
    assert first == again != other


def test_the_base_model_without_the_role_is_not_asked(role):
    suite = stability(role, prompts_of_role(role), {2: 1})
    assert suite.arms == {"base+role", "tuned+role"}


def test_a_turn_in_which_the_role_is_lost_is_an_objection(role):
    suite = stability(role, prompts_of_role(role), {5: 8})

    def objections(breaks):
        return suite.objections({"tuned+role": {"5": figures(role, breaks, 8)}})

    assert objections(lambda _, turn: turn == 2) == [
        Objection("turns_lost", {"turns": 5, "lost": [3], "worst": 0})
    ]
    assert objections(lambda id_, turn: turn == 2 and int(id_[-1]) % 2) == []
    [several] = objections(lambda _, turn: turn != 1)
    assert several.values["lost"] == [1, 3, 4, 5]
    assert "lost in turn 1, 3–5 (kept by 0%)" in several.as_record(suite.name)["text"]
    assert suite.objections({"base+role": {}}) == []
