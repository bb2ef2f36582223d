import pytest

from rolewright.conversations.conversation import Origin

TURNS = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]


@pytest.mark.parametrize(("value", "weight"), [(0.5, 0.5), (3, 3.0), (1e300, 1e300), (None, 1.0)])
def test_a_row_has_a_weight(read_one, value, weight):
    assert read_one({"weight": value, "messages": TURNS}).weight == weight
    assert read_one({"messages": TURNS}).weight == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0", "the number 0"),
        ("-1", "the number -1"),
        ("1e400", "the number inf"),
        ("1" + "0" * 400, "the number 1" + "0" * 39 + "…"),
        ("true", "true"),
        ('"2"', 'the text "2"'),
        ("NaN", "NaN, which is not JSON"),
    ],
)
def test_a_weight_that_is_none(read_one, text, found):
    row = f'{{"weight": {text}, "instruction": "Hi", "output": "Ho"}}'
    assert read_one(row) == [(1, "weight", found)]


def test_the_origin_of_an_added_row(read_one):
    origin = {"from": "train.jsonl:3", "system": "empty", "answered_by": "Qwen"}
    read = read_one({"origin": origin, "messages": TURNS}).origin
    assert read == Origin("train.jsonl:3", "empty", "Qwen")
    del origin["answered_by"]
    assert read_one({"origin": origin, "messages": TURNS}).origin == Origin(
        "train.jsonl:3", "empty"
    )


@pytest.mark.parametrize(
    "origin", [None, "wikipedia", {"from": "x"}, {"from": 3, "system": "none"}]
)
def test_an_origin_of_another_shape_is_someone_elses_key(read_one, origin):
    assert read_one({"origin": origin, "messages": TURNS}).origin is None
