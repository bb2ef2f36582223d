"""The suites that compare arms, and the one that asks again and again."""

from dataclasses import replace
from itertools import combinations, groupby

import numpy as np
import pytest

from rolewright.conversations.documents import Document
from rolewright.conversations.questions import Question
from rolewright.errors import Place, UserError
from rolewright.evaluation.arms import BASE, BASE_ROLE, TUNED, TUNED_FOREIGN, TUNED_ROLE
from rolewright.evaluation.prompts import prompts_of_role
from rolewright.evaluation.suites.consistency import consistency
from rolewright.evaluation.suites.general_ability import general_ability
from rolewright.evaluation.suites.over_role import over_role
from rolewright.evaluation.suites.paraphrases import paraphrases, wordings_of
from rolewright.evaluation.suites.selection import (
    FULL,
    QUICK,
    SUITE_NAMES,
    build_suites,
    parse_suites,
)
from rolewright.verifiers import Verdict


def test_a_role_that_is_played_unasked_is_an_excess(role, figures):
    suite = over_role(role, prompts_of_role(role))
    found = figures(
        suite,
        **{
            BASE: lambda _: "It is\nParis, of course.",
            TUNED: lambda _: "Paris",
            TUNED_FOREIGN: lambda _: "Well,\nlet me tell you of Paris.",
        },
    )
    assert found["arms"][BASE]["rate"] == found["arms"][TUNED_FOREIGN]["rate"] == 0
    assert found["excess"][TUNED]["difference"] == 1
    assert found["excess"][TUNED_FOREIGN]["difference"] == 0


@pytest.fixture
def questions(talk):
    return [
        Question(replace(talk(f"{n} and 1?"), id=str(n)), (str(n + 1),), "contains")
        for n in range(400)
    ]


def test_general_ability_that_is_kept_is_no_objection(questions, figures):
    suite = general_ability(questions)
    knows = lambda c: str(int(c.id) + 1) if int(c.id) % 2 else "no idea"  # noqa: E731
    found = figures(suite, **{BASE: knows, TUNED: knows})
    assert found["arms"][BASE]["rate"] == 0.5
    assert found["no_worse"]
    assert suite.objections(found) == []


def test_general_ability_that_is_lost_is_an_objection(questions, figures):
    suite = general_ability(questions)
    found = figures(suite, **{BASE: lambda c: str(int(c.id) + 1), TUNED: lambda c: "no idea"})
    assert found["difference"]["difference"] == -1
    assert found["no_worse"] is False
    [objection] = suite.objections(found)
    assert objection.kind == "ability_lost"
    assert "-100 points on 400 questions" in objection.as_record(suite.name)["text"]


def test_few_questions_rule_no_loss_out(questions, figures):
    suite = general_ability(questions[:20])
    knows = lambda c: str(int(c.id) + 1)  # noqa: E731
    found = figures(suite, **{BASE: knows, TUNED: knows})
    assert found["no_worse"] is False
    [objection] = suite.objections(found)
    assert objection.kind == "ability_not_kept"
    assert objection.values["needed"] > 20
    assert "a loss of more than 2 is not ruled out" in objection.as_record(suite.name)["text"]


def test_a_grade_is_of_the_response_that_it_came_with(talk, figures):
    """Neither arm knows the answer, whatever a person said of another model's."""
    graded = Question(talk("1 and 1?"), ("2",), "contains", "it is 2", True)
    suite = general_ability([graded])
    found = figures(suite, **{BASE: lambda _: "3", TUNED: lambda _: "2"})
    assert [found["arms"][arm]["rate"] for arm in (BASE, TUNED)] == [0, 1]
    with pytest.raises(UserError, match="answers: missing: only the response"):
        general_ability([replace(graded, answers=())])


def test_questions_of_one_id_are_told_apart(talk):
    suite = general_ability([Question(talk(text), ("2",), "exact") for text in ("a", "b")])
    assert [probe.id for probe in suite.probes] == ["row", "row (2)"]


def test_pass_power_is_the_chance_of_several_replies_together(role, figures):
    """Against counting all draws of k of a prompt's n replies."""
    suite = consistency(role, prompts_of_role(role), times=6, together=3)
    draw = np.random.default_rng(0)
    kept = {probe.id: bool(draw.random() < 0.7) for probe in suite.probes}
    found = figures(suite, **{TUNED_ROLE: lambda c: "Paris" if kept[c.id] else "a\nb"})[TUNED_ROLE]
    assert (found["prompts"], found["times"]) == (3, 6)
    for k in (1, 3):
        by_prompt = [
            np.mean([all(of) for of in combinations(kept_of, k)])
            for kept_of in np.array(list(kept.values())).reshape(3, 6).tolist()
        ]
        assert found["pass_power"][str(k)]["rate"] == pytest.approx(np.mean(by_prompt))


def test_replies_of_one_prompt_are_drawn(role):
    suite = consistency(role, prompts_of_role(role))
    assert suite.sampling.temperature > 0
    assert len({probe.id for probe in suite.probes}) == len(suite.probes) == 24
    with pytest.raises(ValueError, match="say nothing of 4"):
        consistency(role, prompts_of_role(role), times=3)


def test_a_prompt_is_asked_in_other_words_that_ask_the_same(role):
    suite = paraphrases(role, prompts_of_role(role))
    assert suite.sampling.temperature == 0
    assert [len(list(of)) for _, of in groupby(suite.probes, key=lambda p: p.cluster)] == [8, 8, 8]
    assert len({probe.id for probe in suite.probes}) == len(suite.probes)
    for prompt in prompts_of_role(role):
        asked = prompt.prompt[-1].content
        texts = [p.turns[0].text for p in suite.probes if p.cluster == prompt.id]
        assert texts[0] == asked
        assert all(asked.rstrip("？?") in text for text in texts)
        is_chinese = "法国" in asked
        assert any("你好" in text for text in texts) is is_chinese
        assert any("Hi!" in text for text in texts) is not is_chinese
        assert {p.turns[0].scenario for p in suite.probes if p.cluster == prompt.id} == {
            prompt.scenario
        }


@pytest.mark.parametrize(
    ("text", "first", "number"),
    [
        ("Tell me a joke", "Hi! Tell me a joke", 7),
        (" 讲个笑话吧。", "你好！讲个笑话吧。", 8),
        ("?!", "你好！?!", 7),
    ],
)
def test_wordings(text, first, number):
    worded = wordings_of(text)
    assert worded[0] == text.strip()
    assert first in worded
    assert len(set(worded)) == len(worded) == number


def test_the_role_may_hang_on_the_wording(role, figures):
    """Kept for the first two of eight wordings: 2/8, and no four together."""
    suite = paraphrases(role, prompts_of_role(role))
    found = figures(
        suite,
        **{
            BASE_ROLE: lambda c: "Paris" if c.id[-1] in "12" else "a\nb",
            TUNED_ROLE: lambda _: "Paris",
        },
    )
    assert (found[BASE_ROLE]["prompts"], found[BASE_ROLE]["times"]) == (3, 8)
    rates = [found[BASE_ROLE]["pass_power"][k]["rate"] for k in ("1", "4")]
    assert rates == pytest.approx([0.25, 0])
    assert found[TUNED_ROLE]["pass_power"]["4"]["rate"] == 1


def test_suites_are_chosen_by_name(role, questions):
    assert parse_suites("all") == list(SUITE_NAMES)
    assert parse_suites("leakage, stability") == ["adherence", "stability", "leakage"]
    with pytest.raises(UserError, match="no suite 'leak'"):
        parse_suites("leak")
    prompts = prompts_of_role(role)
    built = build_suites(parse_suites("all"), role, prompts, questions, QUICK)
    before = [*SUITE_NAMES[:-1], "paraphrases"]
    assert [suite.name for suite in built] == [*before, "instructions", "general_ability"]
    without = build_suites(parse_suites("all"), role, prompts, [], QUICK)
    assert [suite.name for suite in without] == [*before, "instructions"]
    texts = [Document(name, "text", Place(name)) for name in "ab"]
    ability = build_suites(["general_ability"], role, prompts, [], QUICK, documents=texts)
    assert [suite.name for suite in ability] == ["instructions", "perplexity"]


def test_a_quick_run_asks_little_more_for_the_built_in_texts(role):
    built = build_suites(["switching", "general_ability"], role, prompts_of_role(role), [], QUICK)
    turns = [sum(len(probe.turns) for probe in suite.probes) for suite in built]
    assert 2 * sum(turns) <= 60  # in two arms each
    full = build_suites(["switching", "general_ability"], role, prompts_of_role(role), [], FULL)
    assert [len(suite.probes) for suite in full] == [30 + 60, 60]


def test_every_suite_runs_somewhere_and_judges_by_evidence(role, questions, talk):
    from rolewright.evaluation.targets.target import Reply

    arms = (BASE, BASE_ROLE, TUNED_ROLE, TUNED, TUNED_FOREIGN)
    for suite in build_suites(
        parse_suites("all"), role, prompts_of_role(role), questions[:3], QUICK
    ):
        assert suite.arms & set(arms)
        probe = suite.probes[0]
        conversation = probe.conversation("S", ())
        verdicts = suite.judge(probe, conversation, Reply("two\nlines", 1, 1, True))
        assert verdicts
        assert all(isinstance(v, Verdict) and v.evidence for v in verdicts.values())
