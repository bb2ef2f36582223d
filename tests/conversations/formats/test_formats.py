import pytest

from rolewright.conversations.conversation import Message
from rolewright.conversations.defect import Constant, Defect
from rolewright.conversations.formats import detect, read_draft

TURNS = (("你好，世界", "您好。"), ("second\u2028question", "answer 😀"))


def in_format(name, system, turns=TURNS):
    """The same conversation in any format; system "absent" leaves every trace of it out."""
    if name == "alpaca":
        (question, answer), history = turns[-1], turns[:-1]
        row = {"instruction": question, "input": "", "output": answer}
        row["history"] = [list(pair) for pair in history]
        return row if system is None else {**row, "system": system}
    roles = {"qwen": ("user", "assistant"), "openai": ("user", "assistant")}.get(
        name, ("human", "gpt")
    )
    spoken = [] if system is None else [("system", system)]
    for pair in turns:
        spoken += zip(roles, pair, strict=True)
    if name == "openai":
        return {"messages": [{"role": role, "content": text} for role, text in spoken]}
    return {"conversations": [{"from": role, "value": text} for role, text in spoken]}


@pytest.mark.parametrize("name", ["qwen", "openai", "sharegpt", "alpaca"])
@pytest.mark.parametrize("system", [None, "", "你是路由器"])
def test_equal_content_gives_equal_conversations(read_one, name, system):
    conversation = read_one(in_format(name, system))
    assert conversation.system == system
    assert conversation.messages == (
        Message("user", "你好，世界"),
        Message("assistant", "您好。"),
        Message("user", "second\u2028question"),
        Message("assistant", "answer 😀"),
    )
    assert conversation.id == "data.jsonl:1"
    assert detect(in_format(name, system)) == name


@pytest.mark.parametrize("name", ["qwen", "openai", "sharegpt", "alpaca"])
@pytest.mark.parametrize(("system", "read"), [(None, None), ("", ""), ("Be brief.", "Be brief.")])
def test_system_at_the_top_of_any_format(read_one, name, system, read):
    assert read_one({**in_format(name, None), "system": system}).system == read


@pytest.mark.parametrize("name", ["qwen", "openai", "sharegpt"])
def test_system_in_two_places(read_one, name):
    row = in_format(name, "one")
    assert read_one({**row, "system": "one"}).system == "one"
    assert read_one({**row, "system": None}).system == "one"
    for other in ("two", ""):
        faults = read_one({**row, "system": other})
        assert [(line, key) for line, key, _ in faults] == [(1, "system")]


def test_speakers_of_qwen_and_sharegpt_may_be_mixed(read_one):
    turns = [("human", "a"), ("assistant", "b"), ("user", "c"), ("gpt", "d")]
    row = {"conversations": [{"from": name, "value": text} for name, text in turns]}
    assert [message.role for message in read_one(row).messages] == ["user", "assistant"] * 2


def test_null_counts_as_no_such_key():
    assert detect({"messages": None, "conversations": [], "instruction": None}) == "qwen"


def test_unknown_format_names_keys_and_formats():
    defect = detect({"prompt": "a", "completion": "b"})
    assert defect.found == 'an unknown format, with the keys "prompt", "completion"'
    for name in ("Qwen", "OpenAI", "ShareGPT", "Alpaca"):
        assert name in defect.expected
    assert detect({}).found == "an unknown format, with the keys none"


def test_two_formats_in_one_row_are_a_defect():
    defect = detect({"messages": [], "conversations": []})
    assert defect.found == 'keys of several formats: "messages", "conversations"'


def test_a_reported_constant_is_not_reported_again():
    assert read_draft({"messages": Constant("NaN")}) == ()
    assert read_draft({"messages": 3}) == (Defect("messages", "the number 3", "a list of turns"),)
