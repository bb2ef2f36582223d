import pytest

from rolewright.conversations.read import read_conversations

USER = {"role": "user", "content": "Hi"}
ANSWER = {"role": "assistant", "content": "Ho"}


@pytest.mark.parametrize(
    ("flags", "train"),
    [
        ({}, True),
        ({"train": None, "weight": None}, True),
        ({"train": False}, False),
        ({"train": True}, True),
        ({"weight": 0}, False),
        ({"weight": 1}, True),
        ({"weight": 0.0}, False),
        ({"train": False, "weight": 0}, False),
    ],
)
def test_train_flags(read_one, flags, train):
    row = {"messages": [USER, {**ANSWER, **flags}, USER, ANSWER]}
    assert [message.train for message in read_one(row).messages] == [True, train, True, True]


@pytest.mark.parametrize(
    ("flags", "key", "found"),
    [
        ({"train": "no"}, "train", 'the text "no"'),
        ({"train": 1}, "train", "the number 1"),
        ({"weight": True}, "weight", "true"),
        ({"weight": 0.5}, "weight", "the number 0.5"),
        ({"train": True, "weight": 0}, "weight", "the number 0, where train is true"),
    ],
)
def test_bad_train_flags(read_one, flags, key, found):
    row = {"messages": [USER, {**ANSWER, **flags}]}
    assert read_one(row) == [(1, f"messages[1].{key}", found)]


def test_an_answer_may_be_cut(read_one):
    row = {"messages": [USER, {**ANSWER, "cut": True}, USER, {**ANSWER, "cut": False}]}
    assert [message.cut for message in read_one(row).messages] == [False, True, False, False]
    row["messages"][1]["cut"] = 1
    assert read_one(row) == [(1, "messages[1].cut", "the number 1")]


@pytest.mark.parametrize(
    ("turn", "key", "found"),
    [
        (3, "", "the number 3"),
        ({}, "", "an object with the keys none"),
        ({"from": "gpt", "value": "x"}, "", 'an object with the keys "from", "value"'),
        ({"content": "x"}, ".role", "missing"),
        ({"role": "assistant"}, ".content", "missing"),
        ({"role": None, "content": "x"}, ".role", "null"),
        ({"role": "tool", "content": "x"}, ".role", 'the unknown role "tool"'),
        ({"role": "assistant", "content": None}, ".content", "null"),
        ({"role": "assistant", "content": [{"type": "text"}]}, ".content", "a list"),
    ],
)
def test_bad_turns(read_one, turn, key, found):
    assert read_one({"messages": [USER, turn]}) == [(1, f"messages[1]{key}", found)]


@pytest.mark.parametrize(
    ("role", "fix"),
    [("tool", "not supported"), ("User", 'write "user"'), ("developer", 'write "system"')],
)
def test_unknown_roles_say_what_to_do(write, role, fix):
    path = write({"messages": [{"role": role, "content": "x"}, USER, ANSWER]})
    (fault,) = read_conversations([path])
    assert fault.expected == 'one of "system", "user", "assistant"'
    assert fix in fault.fix


def test_nothing_is_concluded_from_unknown_roles(read_one):
    row = {"messages": [{"role": "x", "content": "a"}, {"role": "y", "content": "b"}]}
    assert [key for _, key, _ in read_one(row)] == ["messages[0].role", "messages[1].role"]


@pytest.mark.parametrize(("content", "fix"), [([], True), (3, False)])
def test_lists_of_parts_say_what_to_do(write, content, fix):
    path = write({"messages": [USER, {**ANSWER, "content": content}]})
    (fault,) = read_conversations([path])
    assert ("join the text parts" in fault.fix) is fix


def test_names_of_one_format_are_unknown_in_another(read_one):
    faults = read_one({"messages": [{"role": "human", "content": "x"}, ANSWER]})
    assert faults == [(1, "messages[0].role", 'the unknown role "human"')]


def test_every_defect_of_a_row_is_reported(read_one):
    row = {
        "id": 1.5,
        "scenario": 2,
        "system": "<|im_start|>",
        "conversations": [
            {"from": "bot", "value": "x"},
            {"from": "user", "value": "\u3000\n"},
            {"from": "user", "value": 4},
            {"from": "assistant", "value": "<|endoftext|><|extra_7|>", "train": "x"},
        ],
    }
    assert {key for _, key, _ in read_one(row)} == {
        "id",
        "scenario",
        "system",
        "conversations[0].from",
        "conversations[1].value",
        "conversations[2]",
        "conversations[2].value",
        "conversations[3].value",
        "conversations[3].train",
    }
    assert len(read_one(row)) == 9
