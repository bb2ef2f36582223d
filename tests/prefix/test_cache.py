import pytest
import torch

from rolewright.prefix.cache import NO_PREFIX, compute_prefix, shared_prefix


def test_shared_prefix_is_the_longest_common_beginning():
    assert shared_prefix([[1, 2, 3, 4], [1, 2, 3, 5], [1, 2, 3]]) == (1, 2)
    assert shared_prefix([[1, 2], [3, 4]]) == ()
    assert shared_prefix([[1, 2, 3]]) == (1, 2)
    assert shared_prefix([]) == ()


def test_an_empty_prefix_is_none(tiny_model):
    assert compute_prefix(tiny_model, []) is NO_PREFIX


@pytest.mark.parametrize("length", [1, 7, 30])
def test_continuing_the_prefix_gives_the_logits_of_the_whole(tiny_model, length):
    draw = torch.Generator().manual_seed(length)
    ids = torch.randint(3, 400, (1, 40), generator=draw)
    with torch.no_grad():
        whole = tiny_model(ids).logits[:, length:]
        prefix = compute_prefix(tiny_model, ids[0, :length].tolist())
        continued = tiny_model(
            ids[:, length:], past_key_values=prefix.expand(1, tiny_model.config)
        ).logits
    torch.testing.assert_close(continued, whole, rtol=0, atol=2e-5)


def test_expanding_leaves_the_prefix_as_it_was(tiny_model):
    prefix = compute_prefix(tiny_model, [5, 6, 7])
    first, second = (prefix.expand(batch, tiny_model.config) for batch in (2, 3))
    tiny_model(torch.tensor([[8], [9]]), past_key_values=first)
    assert first.get_seq_length() == 4
    assert second.get_seq_length() == 3
    assert second.layers[0].keys.shape[0] == 3
    assert prefix.expand(1, tiny_model.config).get_seq_length() == 3
