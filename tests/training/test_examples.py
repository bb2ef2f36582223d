from dataclasses import replace

import pytest

from rolewright.errors import UserError
from rolewright.tokens.chatml import ChatEncoder
from rolewright.training.examples import encode_examples, split_validation


@pytest.fixture
def encoder(tiny_tokenizer):
    return ChatEncoder(tiny_tokenizer)


def encode(encoder, conversations, limit=500):
    return encode_examples(
        conversations, encoder, role_system="ROLE", loss="assistant", max_length_tokens=limit
    )


def test_whose_system_message_wins(encoder, talk):
    encoded = encode(
        encoder, [talk("Q", "A"), talk("Q", "A", system=""), talk("Q", "A", system="OWN")]
    )
    assert [example.system for example in encoded.examples] == ["ROLE", "", "OWN"]


def test_over_long_conversations_are_counted(encoder, talk):
    short, long = talk("Q", "A"), talk("Q", "A", "word " * 60, "A")
    huge = talk("word " * 90, "A")
    encoded = encode(encoder, [short, long, huge], limit=40)
    assert [len(encoded.examples), len(encoded.shortened), len(encoded.left_out)] == [2, 1, 1]
    assert all(len(example.input_ids) <= 40 for example in encoded.examples)


def test_nothing_that_fits_is_an_error(encoder, talk):
    with pytest.raises(UserError, match="no conversation fits"):
        encode(encoder, [talk("Q", "A")], limit=3)


def test_an_example_without_trained_tokens_names_its_line(encoder, talk):
    whole = talk("Q", "A", "Q2 " * 30, "A2")
    untrained = replace(whole.messages[1], train=False)
    conversation = replace(whole, messages=(whole.messages[0], untrained, *whole.messages[2:]))
    with pytest.raises(UserError, match=r"data\.jsonl:1: no token"):
        encode(encoder, [conversation], limit=40)


def test_the_hash_follows_ids_and_labels(encoder, talk):
    first = encode(encoder, [talk("Q", "A"), talk("Q", "B")]).hash
    assert encode(encoder, [talk("Q", "A"), talk("Q", "B")]).hash == first
    assert encode(encoder, [talk("Q", "B"), talk("Q", "A")]).hash != first
    heavy = replace(talk("Q", "A"), weight=2.0)
    assert encode(encoder, [heavy, talk("Q", "B")]).hash != first


def test_examples_weigh_what_their_conversation_does(encoder, talk):
    conversations = [talk("Q", "A"), replace(talk("Q", "B"), weight=0.5)]
    assert [each.weight for each in encode(encoder, conversations).examples] == [1.0, 0.5]


def test_the_validation_split_is_a_partition_that_follows_the_seed(encoder, talk):
    examples = encode(encoder, [talk("Q", str(n)) for n in range(25)]).examples
    training, validation = split_validation(examples, 0.2, seed=1)
    assert len(validation) == 5
    assert sorted(map(repr, training + validation)) == sorted(map(repr, examples))
    assert split_validation(examples, 0.2, seed=1) == (training, validation)
    assert split_validation(examples, 0.2, seed=2) != (training, validation)
    assert split_validation(examples[:3], 0.2, seed=1) == (examples[:3], [])


def test_examples_of_one_conversation_are_counted_once_and_never_split(thinking_tokenizer, talk):
    encoder = ChatEncoder(thinking_tokenizer)
    rows = [talk(*["Q", f"A{n}"] * (1 + n % 3), id=str(n)) for n in range(20)]
    encoded = encode(encoder, rows)
    assert (encoded.conversations, len(encoded.examples)) == (20, 39)
    training, validation = split_validation(encoded.examples, 0.3, seed=1)
    held_back = {example.id for example in validation}
    assert len(held_back) == 6
    assert held_back.isdisjoint(example.id for example in training)
    assert len(training) + len(validation) == 39


def test_a_conversation_that_loses_answers_is_counted_once(thinking_tokenizer, talk):
    encoder = ChatEncoder(thinking_tokenizer)
    row = talk("Q", "A", "Q", "A", "Q " * 60, "A")
    encoded = encode(encoder, [row], limit=80)
    assert [example.turns for example in encoded.examples] == [2, 4]
    assert (len(encoded.shortened), len(encoded.left_out)) == (1, 0)


def test_many_batches_equal_one_by_one(encoder, talk, monkeypatch):
    from rolewright.tokens import chatml

    rows = [
        talk(*["Q" * n, f"A{n}"] * (1 + n % 3), system=[None, "", "S"][n % 3]) for n in range(20)
    ]
    single = [encoder.encode_conversation(row, max_length_tokens=60) for row in rows]
    monkeypatch.setattr(chatml, "_BATCH", 3)
    assert encoder.encode_conversations(rows, max_length_tokens=60) == single
