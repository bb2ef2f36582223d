import torch

from rolewright.tokens.chatml import ChatEncoder
from rolewright.tokens.example import IGNORE
from rolewright.training.collate import collate


def test_padding_is_neither_attended_to_nor_trained(tiny_tokenizer, talk):
    encoder = ChatEncoder(tiny_tokenizer)
    texts = [("Q", "A"), ("a longer question", "and a longer answer")]
    examples = [encoder.encode_conversation(talk(*pair)) for pair in texts]
    # The end token as padding: the trap in which a masked terminator is never learnt.
    batch = collate(examples, pad_id=encoder.end_id)
    for row, example in enumerate(examples):
        length = len(example.input_ids)
        assert batch["input_ids"][row, :length].tolist() == list(example.input_ids)
        assert batch["labels"][row, :length].tolist() == list(example.labels)
        assert encoder.end_id in batch["labels"][row]
        assert (batch["input_ids"][row, length:] == encoder.end_id).all()
        assert (batch["labels"][row, length:] == IGNORE).all()
        assert batch["attention_mask"][row].sum() == length
    assert batch["input_ids"].shape == batch["labels"].shape == batch["attention_mask"].shape
    assert batch["input_ids"].dtype == torch.int64


def test_padding_does_not_change_the_loss(tiny_tokenizer, tiny_model, talk):
    encoder = ChatEncoder(tiny_tokenizer)
    example = encoder.encode_conversation(talk("Q", "A"))
    longer = encoder.encode_conversation(talk("a longer question", "B"))
    alone = collate([example], 0)
    padded = {key: value[:1] for key, value in collate([example, longer], 0).items()}
    assert padded["input_ids"].shape[1] > alone["input_ids"].shape[1]
    with torch.no_grad():
        torch.testing.assert_close(tiny_model(**padded).loss, tiny_model(**alone).loss)
