import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.dataset.diversity import (
    compression_ratio,
    distinct_n,
    self_repetition,
    vendi_score,
)

ALPHABETS = ["abcdef", "ghijkl", "mnopqr", "stuvwx"]


def test_vendi_counts_texts_that_have_nothing_in_common():
    assert vendi_score(ALPHABETS) == pytest.approx(4)
    assert vendi_score(["abcdef"] * 4) == pytest.approx(1)
    assert vendi_score(["abcdef", "abcdef", "mnopqr", "mnopqr"]) == pytest.approx(2)


def test_vendi_of_two_kinds_follows_the_entropy_of_their_shares():
    texts = ["abcdef"] * 3 + ["mnopqr"]
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert vendi_score(texts) == pytest.approx(math.exp(entropy))


@given(st.lists(st.text(max_size=12), min_size=1, max_size=12))
def test_vendi_lies_between_one_and_the_number_of_texts(texts):
    assert 1 - 1e-6 <= vendi_score(texts) <= len(texts) + 1e-6


def test_vendi_sees_through_a_number_that_changes():
    alike = [f"Tell me all there is to know about house number {n} of Mill Lane" for n in range(50)]
    assert vendi_score(alike) < 3


@pytest.mark.parametrize(
    ("texts", "share"),
    [
        (["a b c d e f", "a b c d e f g", "a b c d e f h"], (1 + 1 / 2 + 1 / 2) / 3),
        (["a b c d e f", "a b c d e f g"], 0),  # a pair is no template
        (["a b c d e f", "g h i j k l"], 0),
        (["a b c d e", "a b c d e"], None),  # no run of six words
        (["一二三四五六七八九十甲乙"] * 2 + ["一二三四五六七八九十甲乙丙"], (1 + 1 + 1 / 2) / 3),
    ],
)
def test_self_repetition_is_the_share_of_long_runs_that_stand_elsewhere(texts, share):
    assert self_repetition(texts) == (share if share is None else pytest.approx(share))


def test_dictated_runs_do_not_count_as_repeated():
    texts = ["a b c d e f x", "a b c d e f y", "a b c d e f z"]
    assert self_repetition(texts) == pytest.approx(0.5)
    assert self_repetition(texts, lambda run: run[0] == "a") == 0


def test_distinct_n_does_not_depend_on_how_much_text_there_is():
    words = [f"w{n % 250}" for n in range(1000)]
    once, thrice = distinct_n([" ".join(words)], 2), distinct_n([" ".join(words)] * 3, 2)
    assert once == thrice == pytest.approx(250 / 999)
    assert distinct_n([" ".join(words[:999])], 2) is None


def test_what_is_alike_compresses_well():
    varied = [f"{n * 7919 % 9973} {n * 104729 % 99991}" for n in range(200)]
    assert compression_ratio(["the same words again"] * 200) > 20 > compression_ratio(varied)
    assert compression_ratio([]) is None
    assert compression_ratio(["\ud83c"]) > 0
