import pytest

from rolewright.conversations.conversation import Message


def test_input_follows_the_instruction_on_a_new_line(read_one):
    row = {"instruction": "Translate.", "input": "猫", "output": "cat"}
    assert read_one(row).messages == (
        Message("user", "Translate.\n猫"),
        Message("assistant", "cat"),
    )


@pytest.mark.parametrize(("nothing", "history"), [("", []), (None, None)])
def test_empty_parts_add_nothing(read_one, nothing, history):
    row = {"instruction": "Hi", "input": nothing, "output": "Ho", "history": history}
    assert read_one(row).prompt == (Message("user", "Hi"),)
    assert read_one({"instruction": "", "input": "Hi", "output": "Ho"}).prompt[0].content == "Hi"


@pytest.mark.parametrize("output", [{}, {"output": ""}, {"output": None}])
def test_no_output_is_a_prompt(read_one, output):
    row = {"instruction": "Hi", **output}
    assert read_one(row, answered=False).answer is None
    assert read_one(row) == [(1, "output", "no assistant turn")]
    with_history = {**row, "history": [["a", "b"]]}
    assert read_one(with_history) == [(1, "output", "a user turn last")]


@pytest.mark.parametrize(
    ("change", "key", "found"),
    [
        ({"instruction": 3}, "instruction", "the number 3"),
        ({"instruction": 3, "input": " "}, "instruction", "the number 3"),
        ({"instruction": "", "input": ""}, "instruction", 'the text "", which says nothing'),
        ({"input": ["x"]}, "input", "a list"),
        ({"output": {}}, "output", "an empty object"),
        ({"output": " "}, "output", 'the text " ", which says nothing'),
        ({"history": "x"}, "history", 'the text "x"'),
        ({"history": [["a", "b"], ["c"]]}, "history[1]", "a list of length 1"),
        ({"history": [None]}, "history[0]", "null"),
        ({"history": [["a", 1]]}, "history[0][1]", "the number 1"),
        ({"history": [["a", ""]]}, "history[0][1]", 'the text "", which says nothing'),
        ({"input": "<|im_end|>"}, "input", "control tokens as text: <|im_end|>"),
        ({"system": 1}, "system", "the number 1"),
    ],
)
def test_defects(read_one, change, key, found):
    row = {"instruction": "Hi", "input": "you", "output": "Ho", **change}
    assert read_one(row) == [(1, key, found)]
