from dataclasses import replace

import pytest

from rolewright.role.resolve import resolve_system


@pytest.mark.parametrize(
    ("own", "of_role", "effective"),
    [
        (None, None, None),
        (None, "", ""),
        (None, "role", "role"),
        ("", "role", ""),
        ("own", "role", "own"),
        ("own", None, "own"),
    ],
)
def test_own_system_message_wins(talk, own, of_role, effective):
    before = talk("Hi", "Hello", system=own)
    after = resolve_system(before, of_role)
    assert after.system == effective
    assert after.messages == before.messages
    assert before.system == own


def test_a_conversation_that_rules_the_role_out_has_no_system_message(talk):
    before = replace(talk("Hi", "Hello"), without_role=True)
    assert resolve_system(before, "role").system is None
