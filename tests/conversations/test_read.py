import json

import pytest

from rolewright.conversations.conversation import Conversation, Message
from rolewright.conversations.read import read_all, read_conversations
from rolewright.errors import Place, UserError

TURNS = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]
GOOD = {"messages": TURNS}
BAD = {"messages": TURNS[:1]}


def places(error):
    return [str(fault.place) for fault in error.value.faults]


def test_a_conversation_with_everything(write):
    path = write("", {**GOOD, "id": 7, "scenario": "chat", "system": "", "tools": [{}], "x": 1})
    assert read_all([path]).conversations == [
        Conversation(
            messages=(Message("user", "Hi"), Message("assistant", "Ho")),
            system="",
            id="7",
            place=Place(str(path), 2),
            scenario="chat",
        )
    ]


@pytest.mark.parametrize(
    ("given", "read"), [("a", "a"), (0, "0"), (None, "data.jsonl:1"), ("", "data.jsonl:1")]
)
def test_ids(read_one, given, read):
    assert read_one({**GOOD, "id": given}).id == read


@pytest.mark.parametrize(
    ("row", "key", "found"),
    [
        ({**GOOD, "id": True}, "id", "true"),
        ({**GOOD, "id": [1]}, "id", "a list"),
        ({**GOOD, "scenario": 1}, "scenario", "the number 1"),
        ("3", None, "the number 3"),
        ('"text"', None, 'the text "text"'),
        ("null", None, "null"),
        ("NaN", None, "NaN, which is not JSON"),
        ({"messages": "x"}, "messages", 'the text "x"'),
        ({"a": 1}, None, 'an unknown format, with the keys "a"'),
        (json.dumps(GOOD)[:-1] + ', "s": NaN}', "s", "NaN, which is not JSON"),
        (json.dumps(GOOD)[:-1] + ', "system": NaN}', "system", "NaN, which is not JSON"),
        (
            json.dumps(GOOD).replace('"Ho"', "NaN"),
            "messages[1].content",
            "NaN, which is not JSON",
        ),
        (
            json.dumps(GOOD).replace("Hi", "\\ud800"),
            "messages[0].content",
            "\\ud800, half of a surrogate pair, which stands for no character",
        ),
        (
            json.dumps(GOOD).replace('"Ho"', '"x", "content": "Ho"'),
            "messages[1].content",
            'the key "content" more than once in one object',
        ),
    ],
)
def test_faults_of_a_row(read_one, row, key, found):
    assert read_one(row) == [(1, key, found)]


def test_rows_of_several_formats_in_one_file(write):
    qwen = {"conversations": [{"from": "user", "value": "Hi"}]}
    qwen["conversations"].append({"from": "assistant", "value": "Ho"})
    path = write(GOOD, qwen, {"instruction": "Hi", "output": "Ho"})
    first, second, third = read_all([path]).conversations
    assert first.messages == second.messages == third.messages


def test_all_faults_of_all_files_are_raised(write):
    first = write(GOOD, BAD, "{", name="a.jsonl")
    second = write([GOOD, {"messages": [TURNS[0], 3]}], name="b.json")
    with pytest.raises(UserError) as caught:
        read_all([first, "none.jsonl", second])
    assert places(caught) == [
        f"{first}:2: messages",
        f"{first}:3",
        "none.jsonl",
        f"{second}:1: [1].messages[1]",
    ]


def test_bad_rows_are_skipped_on_demand(write):
    path = write(GOOD, BAD, "{", GOOD)
    result = read_all([path], skip_bad=True)
    assert [conversation.id for conversation in result.conversations] == [
        "data.jsonl:1",
        "data.jsonl:4",
    ]
    assert [fault.place.line for fault in result.faults] == [2, 3]


def test_what_cannot_be_skipped(write, tmp_path):
    good = write(GOOD, name="good.jsonl")
    broken = write([GOOD], name="broken.json")
    broken.write_bytes(broken.read_bytes().rstrip()[:-1])
    empty = write(name="empty.jsonl")
    for path, place in [
        (broken, f"{broken}:1"),
        (empty, str(empty)),
        (tmp_path, str(tmp_path)),
        ("none.jsonl", "none.jsonl"),
    ]:
        with pytest.raises(UserError) as caught:
            read_all([good, path], skip_bad=True)
        assert places(caught) == [place]


def test_no_conversation_left(write):
    path = write(BAD)
    with pytest.raises(UserError) as caught:
        read_all([path], skip_bad=True)
    assert places(caught) == [str(path), f"{path}:1: messages"]
    with pytest.raises(UserError, match="no files"):
        read_all([])


def test_prompts(write):
    path = write(BAD, GOOD)
    first, second = read_all([path], answered=False).conversations
    assert first.prompt == second.prompt == (Message("user", "Hi"),)
    assert (first.answer, second.answer) == (None, "Ho")


def test_streaming_hands_out_faults_and_never_raises(write):
    path = write(GOOD, BAD, GOOD)
    kinds = [
        "fault" if not isinstance(outcome, Conversation) else outcome.place.line
        for outcome in read_conversations(["none.jsonl", path])
    ]
    assert kinds == ["fault", 1, "fault", 3]
