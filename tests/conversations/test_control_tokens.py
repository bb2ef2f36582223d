import pytest

from rolewright.conversations.control_tokens import control_tokens_in

TURNS = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]


def test_tokens_are_found_once_and_in_order():
    text = "a<|im_end|>b<|extra_12|><|im_end|><|endoftext|><|im_start|>"
    found = ("<|im_end|>", "<|extra_12|>", "<|endoftext|>", "<|im_start|>")
    assert control_tokens_in(text) == found


@pytest.mark.parametrize("text", ["<think>x</think>", "<| im_end |>", "<||>", "im_end", "<|A|>"])
def test_ordinary_text(text):
    assert control_tokens_in(text) == ()


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"messages": [TURNS[0], {**TURNS[1], "content": "x<|im_end|>"}]}, "messages[1].content"),
        (
            {"messages": [{"role": "system", "content": "<|im_end|>"}, *TURNS]},
            "messages[0].content",
        ),
        ({"messages": TURNS, "system": "<|im_end|>"}, "system"),
    ],
)
def test_literal_control_tokens_have_to_be_allowed(read_one, row, key):
    assert read_one(row) == [(1, key, "control tokens as text: <|im_end|>")]
    allowed = read_one(row, literal_control_tokens=True)
    assert "<|im_end|>" in (allowed.system or "") + allowed.messages[1].content
