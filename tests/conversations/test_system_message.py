import pytest

TURNS = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]


def test_differing_system_messages_are_both_shown(read_one):
    row = {"system": "one", "messages": [{"role": "system", "content": "two"}, *TURNS]}
    found = 'the text "one", where messages[0].content has the text "two"'
    assert read_one(row) == [(1, "system", found)]


@pytest.mark.parametrize(
    ("value", "found"),
    [(3, "the number 3"), ([], "an empty list"), (True, "true"), (0, "the number 0")],
)
def test_wrong_type(read_one, value, found):
    assert read_one({"system": value, "messages": TURNS}) == [(1, "system", found)]


def test_null_content_of_a_system_turn_is_no_way_to_leave_it_out(read_one):
    row = {"messages": [{"role": "system", "content": None}, *TURNS]}
    assert read_one(row) == [(1, "messages[0].content", "null")]


def test_blank_text_is_text(read_one):
    assert read_one({"system": " ", "messages": TURNS}).system == " "


def test_false_rules_a_system_message_out(read_one):
    ruled_out = read_one({"system": False, "messages": TURNS})
    assert (ruled_out.system, ruled_out.without_role) == (None, True)
    for row in ({"messages": TURNS}, {"system": None, "messages": TURNS}):
        assert not read_one(row).without_role


@pytest.mark.parametrize("text", ["", "one"])
def test_false_beside_a_system_turn_is_a_contradiction(read_one, text):
    row = {"system": False, "messages": [{"role": "system", "content": text}, *TURNS]}
    found = f'false, where messages[0].content has the text "{text}"'
    assert read_one(row) == [(1, "system", found)]
