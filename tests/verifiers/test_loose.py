import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.verifiers import Verdict, judge_loosely
from rolewright.verifiers.loose import loose_variants

TEXT = "Sure:\n*one*, two\nBye"


def test_the_eight_variants():
    assert loose_variants(TEXT) == (
        TEXT,
        "*one*, two\nBye",
        "Sure:\n*one*, two",
        "*one*, two",
        "Sure:\none, two\nBye",
        "one, two\nBye",
        "Sure:\none, two",
        "one, two",
    )


@pytest.mark.parametrize("wanted", loose_variants(TEXT))
def test_any_variant_will_do(wanted):
    assert judge_loosely(lambda text: Verdict(text == wanted, "equal", (0, 1)), TEXT).passed


def test_if_none_passes_the_text_as_written_is_judged():
    verdict = judge_loosely(lambda text: Verdict(False, text, (0, len(text))), TEXT)
    assert verdict == Verdict(False, TEXT, (0, len(TEXT)))


def test_a_blank_variant_never_passes():
    assert not judge_loosely(lambda text: Verdict(text.strip() == "", "blank"), "*").passed
    assert not judge_loosely(lambda text: Verdict(text.strip() == "", "blank"), "one line").passed


@given(st.text(alphabet="a*\n ", max_size=30))
def test_every_variant_is_the_text_without_some_of_it(text):
    variants = loose_variants(text)
    assert len(variants) == 8
    assert variants[0] == text
    letters = [variant.count("a") for variant in variants]
    assert max(letters) == letters[0]
    assert letters[:4] == letters[4:]
    assert not any("*" in variant for variant in variants[4:])
