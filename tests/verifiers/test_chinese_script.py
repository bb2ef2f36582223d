import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.verifiers.chinese_script import script_of, simplify


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    zip("國後裏裡為爲髮發乾a。", "国后里里为为发发干a。", strict=True),
)
def test_simplify(traditional, simplified):
    assert simplify(traditional) == simplified


@pytest.mark.parametrize(
    ("characters", "script"),
    [("這國電髮", "traditional"), ("这国电发", "simplified"), ("人后里台乾云a，あ", None)],
)
def test_script_of(characters, script):
    assert {script_of(character) for character in characters} == {script}


@given(st.characters())
def test_one_character_stays_one(character):
    assert len(simplify(character)) == 1
    assert script_of(character) in {None, "simplified", "traditional"}
