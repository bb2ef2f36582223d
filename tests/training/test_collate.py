import pytest
import torch

from rolewright.prefix.support import plain_loss
from rolewright.tokens.chatml import ChatEncoder
from rolewright.tokens.example import IGNORE
from rolewright.training.collate import collate, padded_loss


@pytest.fixture
def encoder(tiny_tokenizer):
    return ChatEncoder(tiny_tokenizer)


@pytest.fixture
def examples(encoder, talk):
    texts = [("Q", "A"), ("a longer question", "and a longer answer")]
    return [encoder.encode_conversation(talk(*pair)) for pair in texts]


def test_padding_is_neither_attended_to_nor_trained(encoder, examples):
    # The end token as padding: the trap in which a masked terminator is never learnt.
    batch = collate(examples, pad_id=encoder.end_id)
    for row, example in enumerate(examples):
        length = len(example.input_ids)
        assert batch.input_ids[row, :length].tolist() == list(example.input_ids)
        assert batch.labels[row, :length].tolist() == list(example.labels)
        assert encoder.end_id in batch.labels[row]
        assert (batch.input_ids[row, length:] == encoder.end_id).all()
        assert (batch.labels[row, length:] == IGNORE).all()
        assert batch.attention_mask[row].sum() == length
    assert batch.input_ids.shape == batch.labels.shape == batch.attention_mask.shape
    assert batch.input_ids.dtype == torch.int64


def test_the_loss_is_the_sum_over_conversations(tiny_model, examples):
    with torch.no_grad():
        expected = sum(plain_loss(tiny_model, example) for example in examples)
        torch.testing.assert_close(padded_loss(tiny_model, collate(examples, 0)), expected)
        assert padded_loss(tiny_model, collate(examples, 0).untrained()) == 0
