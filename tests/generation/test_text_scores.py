import pytest
import torch

from rolewright.generation import text_scores
from rolewright.generation.text_scores import text_nats

IDS = [5, 9, 77, 4, 200, 31, 8, 8, 150, 12, 61, 300, 7]


def nats_in_one_pass(model, ids, start_id=0):
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([[start_id, *ids[:-1]]])).logits[0]
    return -logits.log_softmax(dim=-1)[range(len(ids)), ids].sum().item()


@pytest.mark.parametrize("chunk", [1, 4, 13, 128])
def test_chunks_are_one_pass(tiny_model, monkeypatch, chunk):
    monkeypatch.setattr(text_scores, "_CHUNK_TOKENS", chunk)
    assert text_nats(tiny_model, IDS, 0) == pytest.approx(nats_in_one_pass(tiny_model, IDS))


def test_a_long_text_is_read_in_blocks(tiny_model, monkeypatch):
    monkeypatch.setattr(text_scores, "BLOCK_TOKENS", 5)
    parts = sum(nats_in_one_pass(tiny_model, part) for part in (IDS[:5], IDS[5:10], IDS[10:]))
    assert text_nats(tiny_model, IDS, 0) == pytest.approx(parts)


def test_no_block_is_longer_than_the_context(build_model):
    model = build_model(500, max_position_embeddings=4)
    parts = sum(nats_in_one_pass(model, IDS[first : first + 4]) for first in range(0, 13, 4))
    assert text_nats(model, IDS, 0) == pytest.approx(parts)


def test_an_empty_text_says_nothing(tiny_model):
    assert text_nats(tiny_model, [], 0) == 0
