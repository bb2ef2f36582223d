from dataclasses import replace

import pytest

from rolewright.errors import UserError
from rolewright.evaluation.prompts import (
    prompts_of_role,
    prompts_under_role,
    refuse_unknown_scenarios,
    repeats_among,
)


def test_the_scenarios_examples_are_prompts(role):
    prompts = prompts_of_role(role)
    assert [(p.scenario, p.messages[0].content) for p in prompts] == [
        ("capital", "What is the capital of France?"),
        ("capital", "法国的首都是哪里？"),
        ("other", "Who are you?"),
    ]
    assert len({prompt.id for prompt in prompts}) == 3


def test_only_prompts_under_the_role_are_judged(role, talk):
    own = talk("a", scenario="capital")
    same = talk("b", system="Answer with the name only.")
    foreign, empty = talk("c", system="Be a pirate."), talk("d", system="")
    judged, others = prompts_under_role(role, [own, same, foreign, empty])
    assert [c.messages[0].content for c in judged] == ["a", "b"]
    assert prompts_under_role(role, [own, replace(own, without_role=True)])[1]
    assert [c.messages[0].content for c in others] == ["c", "d"]
    assert all(conversation.system is None for conversation in judged)


def test_prompts_of_one_id_are_told_apart(role, talk):
    """As two files of one name in different folders have them."""
    rows = [talk(text, id=id_) for text, id_ in zip("abcd", ["x", "x", "x (2)", "x"], strict=True)]
    judged, _ = prompts_under_role(role, rows)
    assert [(c.id, c.messages[0].content) for c in judged] == [
        ("x", "a"), ("x (2)", "b"), ("x (2) (2)", "c"), ("x (3)", "d"),
    ]  # fmt: skip


def test_copies_are_no_further_evidence(talk):
    rows = [talk("Do?"), talk("b"), talk(" do\n"), talk("Do?", scenario="capital")]
    rows.append(talk("Do?", system=""))
    assert repeats_among(rows) == {2}
    assert repeats_among([*rows, *rows]) == {2, *range(5, 10)}


def test_nothing_to_judge_is_an_error(role, talk):
    with pytest.raises(UserError, match="none of the 1 prompts"):
        prompts_under_role(role, [talk("c", system="Be a pirate.")])


def test_a_scenario_that_the_role_does_not_know_is_named(role, talk):
    known = [talk("a", scenario="capital"), talk("b")]
    refuse_unknown_scenarios(role, known)
    with pytest.raises(UserError, match="'capitol' is not declared"):
        refuse_unknown_scenarios(role, [*known, talk("c", scenario="capitol")])
