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


@pytest.mark.parametrize(("known", "reads"), [(0, 20), (1, 19), (13, 7), (20, 0)])
def test_what_is_known_of_a_prefix_is_not_computed_again(tiny_model, known, reads):
    draw = torch.Generator().manual_seed(known)
    ids = torch.randint(3, 400, (26,), generator=draw).tolist()
    # What was computed before goes on otherwise than this prefix.
    beginning = compute_prefix(tiny_model, [*ids[:known], 450, 451][: None if known < 20 else 20])
    before = beginning.ids
    lengths = []
    hook = tiny_model.register_forward_pre_hook(
        lambda _m, _a, named: lengths.append(named["input_ids"].shape[1]), with_kwargs=True
    )
    prefix = compute_prefix(tiny_model, ids[:20], beginning)
    hook.remove()
    assert sum(lengths) == reads
    assert prefix.ids == tuple(ids[:20])
    assert beginning.ids == before  # and its keys and values are still those of its ids
    assert beginning.keys_values.get_seq_length() == len(before)
    plain = compute_prefix(tiny_model, ids[:20])
    for found, expected in zip(prefix.keys_values.layers, plain.keys_values.layers, strict=True):
        torch.testing.assert_close(found.keys, expected.keys, rtol=0, atol=1e-5)
        torch.testing.assert_close(found.values, expected.values, rtol=0, atol=1e-5)


def test_the_part_that_ids_start_with(tiny_model):
    prefix = compute_prefix(tiny_model, [5, 6, 7, 8])
    assert prefix.part([5, 6, 7, 8]) is prefix
    assert prefix.part([5, 6, 7, 8, 9]) is prefix
    assert prefix.part([5, 6, 9]).ids == (5, 6)
    assert prefix.part([5, 6]).ids == (5, 6)
    assert prefix.part([5, 6]).keys_values.get_seq_length() == 2
    assert prefix.part([6, 5]) is prefix.part([]) is NO_PREFIX
    assert NO_PREFIX.part([1, 2]) is NO_PREFIX
