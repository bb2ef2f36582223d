from collections import Counter

import pytest

from rolewright.conversations.conversation import Conversation, Message
from rolewright.dataset.row import Row
from rolewright.dataset.sample import MOST_CHARACTERS, RowSample, inputs_of, trained_answers
from rolewright.errors import Place


def row(number, text="Q"):
    turns = (Message("user", text), Message("assistant", str(number)))
    return Row(Conversation(turns, None, str(number), Place("a", number)), None)


def test_few_rows_are_all_kept():
    sample = RowSample(5)
    for number in range(5):
        sample.add(row(number))
    assert [each.conversation.id for each in sample.rows] == list("01234")


def test_every_row_has_the_same_chance():
    chosen = Counter()
    sample = RowSample(300)
    for number in range(3000):
        sample.add(row(number))
    chosen.update(int(each.conversation.id) // 1000 for each in sample.rows)
    assert (len(sample.rows), sample.seen) == (300, 3000)
    # Binomial with 300 draws at 1/3: four standard deviations are 33.
    assert all(67 <= chosen[third] <= 133 for third in range(3))


def test_the_same_rows_give_the_same_sample():
    samples = [RowSample(10), RowSample(10)]
    for sample in samples:
        for number in range(100):
            sample.add(row(number))
    assert samples[0].rows == samples[1].rows


def test_texts_are_cut():
    sample = RowSample(1)
    sample.add(row(1, "x" * 10 * MOST_CHARACTERS))
    assert len(inputs_of(sample.rows[0].conversation)[0]) == MOST_CHARACTERS


@pytest.mark.parametrize("train", [True, False])
def test_only_what_is_trained_is_an_answer(train):
    turns = (
        Message("user", "Q"),
        Message("assistant", "A", train),
        Message("user", "R"),
        Message("assistant", "B"),
    )
    conversation = Conversation(turns, None, "x", Place("x"))
    assert trained_answers(conversation) == (["A", "B"] if train else ["B"])
    assert inputs_of(conversation) == ["Q", "R"]
