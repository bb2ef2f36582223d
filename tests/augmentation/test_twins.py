from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.augmentation.shares import KINDS
from rolewright.augmentation.twins import limit_tokens, plan_twins, read_source, rows_of_role
from rolewright.conversations.rows import Row
from rolewright.errors import Fault, Place

SYSTEMS = {"none": [None], "empty": [""], "foreign": ["F1", "F2", "F3"], "paraphrase": ["P"]}


@pytest.fixture
def plan(role, sources):
    """Plan twins of rows."""

    def run(rows, seed=1, **shares):
        every = dict.fromkeys(KINDS, 0.0) | shares
        return plan_twins(role(), sources(rows), every, SYSTEMS, seed)

    return run


@pytest.fixture
def capitals(row):
    return [row(f"Capital of {n}?", f"City {n}") for n in range(20)]


def shown(twins):
    return [(twin.source.label, twin.kind, twin.system) for twin in twins]


def test_each_kind_has_its_share_and_its_system_messages(plan, capitals):
    twins = plan(capitals, none=0.25, empty=0.1, foreign=0.6, paraphrase=1.0)
    assert Counter(twin.kind for twin in twins) == {
        "none": 5, "empty": 2, "foreign": 12, "paraphrase": 20
    }  # fmt: skip
    assert all(twin.system in SYSTEMS[twin.kind] for twin in twins)
    used = Counter(twin.system for twin in twins if twin.kind == "foreign")
    assert sorted(used.values()) == [4, 4, 4]


def test_the_same_seed_chooses_the_same(plan, capitals):
    first = shown(plan(capitals, none=0.3, foreign=0.3))
    assert shown(plan(capitals, none=0.3, foreign=0.3)) == first
    assert shown(plan(capitals, seed=2, none=0.3, foreign=0.3)) != first
    without = shown(plan(capitals, foreign=0.3))
    assert without == [each for each in first if each[1] == "foreign"]  # kinds are independent


def test_answers_of_twins_are_as_long_as_the_roles(role, sources, row):
    short = [row("Q", "Paris")] * 20
    assert limit_tokens(role(), sources(short)) == 24
    paragraph = row("Q", " ".join(["word"] * 60))
    assert limit_tokens(role(), sources([*short, paragraph])) == 24  # nine in ten are short
    assert limit_tokens(role(), sources([*short, *[paragraph] * 5])) == 60
    foreign = row("Q", "word " * 300, system="Be a pirate.")
    assert limit_tokens(role(), sources([paragraph, *[foreign] * 5])) == 60


def test_only_rows_under_the_role_get_twins(role, sources, row):
    origin = {"from": "train.jsonl:1", "system": "none"}
    rows = [
        row("Q1", "A"),
        row("Q2", "A", system=role().system),
        row("Q3", "A", system="Be a pirate."),
        row("Q4", "A", system=""),
        row("Q5", "A", system=False),
        row("Q6", "A", origin=origin),
    ]
    assert [each.label for each in rows_of_role(role(), sources(rows))] == [
        "train.jsonl:1",
        "train.jsonl:2",
    ]


def test_no_prompt_stands_twice_under_one_system_message(plan, row):
    rows = [row("Q1", "A"), row("Q1", "A", "Q2", "B"), row("Q3", "C"), row("Q3", "x", system="")]
    twins = plan(rows, none=1.0, empty=1.0)
    assert Counter((twin.kind, twin.messages[0].content) for twin in twins) == {
        ("none", "Q1"): 1, ("none", "Q3"): 1, ("empty", "Q1"): 1
    }  # fmt: skip


def test_without_the_role_only_the_first_question_is_asked(plan, row):
    (none, reworded) = plan([row("Q1", "A", "Q2", "B")], none=1.0, paraphrase=1.0)
    assert [message.content for message in none.messages] == ["Q1"]
    assert [message.content for message in reworded.messages] == ["Q1", "A", "Q2", "B"]


def test_a_bad_row_is_faults():
    found = read_source(Row(Place("a.jsonl", 3), "a.jsonl:3", {}), literal_control_tokens=False)
    assert {type(fault) for fault in found} == {Fault}


@given(share=st.floats(0, 1), rows=st.integers(1, 30), seed=st.integers(0, 100))
def test_a_share_is_rounded_to_rows(share, rows, seed):
    values = [{"instruction": f"Q{n}", "output": "A"} for n in range(rows)]
    read = [
        read_source(Row(Place("t", n), f"t:{n}", value), literal_control_tokens=False)
        for n, value in enumerate(values)
    ]
    from rolewright.role.schema import RoleFile

    role = RoleFile("r", "", "Atlas", "", "en", "S", False, (), ())
    shares = dict.fromkeys(KINDS, 0.0) | {"none": share}
    twins = plan_twins(role, read, shares, SYSTEMS, seed)
    assert len(twins) == round(share * rows)
    assert len({twin.source.label for twin in twins}) == len(twins)
