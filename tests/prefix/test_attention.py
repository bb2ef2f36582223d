import random

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from rolewright.prefix.attention import _attend, block_mask, visible
from rolewright.prefix.loss import computing_rows
from rolewright.prefix.row import build_row

HEADS, HEAD_DIM, SCALING = 4, 8, 0.3


def forest(build_example, seed=0):
    """Conversations that branch at several depths, one that ends at a branch, one apart."""
    draw = random.Random(seed)

    def run(length):
        return [draw.randrange(50) for _ in range(length)]

    system, shot, more = run(20), run(17), run(16)
    ids = [[*system, *run(n)] for n in (1, 9)] + [[*system, *shot, *run(n)] for n in (3, 6)]
    ids += [[*system, *shot, *more, *run(n)] for n in (2, 5)] + [[*system, *shot], run(23)]
    return [build_example(each) for each in ids]


def tensors(tokens, key_heads, dtype=torch.float32):
    generator = torch.Generator().manual_seed(1)
    return [
        torch.randn(1, heads, tokens, HEAD_DIM, generator=generator).to(dtype).requires_grad_()
        for heads in (HEADS, key_heads, key_heads)
    ]


def attend(row, query, key, value):
    output, weights = _attend(
        torch.nn.Module(), query, key, value, None, scaling=SCALING, row_layout=row.segments
    )
    assert weights is None
    return output.transpose(1, 2)


def dense(row, query, key, value):
    repeats = HEADS // key.shape[1]
    key, value = (each.repeat_interleave(repeats, dim=1) for each in (key, value))
    mask = visible(row.ends)
    return scaled_dot_product_attention(query, key, value, mask, scale=SCALING)


def gradients(output, inputs):
    weights = torch.randn(output.shape, generator=torch.Generator().manual_seed(2))
    return torch.autograd.grad((output.float() * weights).sum(), inputs)


def test_visible_is_the_path_to_each_token(build_example):
    examples = [build_example([*[7] * 16, last, 9]) for last in (1, 2)]
    seen = visible(build_row(examples).ends)
    assert seen.shape == (20, 20)
    for token in range(18):
        assert seen[token].nonzero().flatten().tolist() == [*range(token + 1)]
    assert seen[18].nonzero().flatten().tolist() == [*range(16), 18]
    assert seen[19].nonzero().flatten().tolist() == [*range(16), 18, 19]


@pytest.mark.parametrize("key_heads", [4, 2, 1])
@pytest.mark.parametrize("share", [True, False])
def test_output_and_gradients_are_those_of_the_dense_mask(build_example, key_heads, share):
    row = build_row(forest(build_example), share=share)
    inputs = tensors(len(row.input_ids), key_heads)
    ours, theirs = attend(row, *inputs), dense(row, *inputs)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    for found, expected in zip(gradients(ours, inputs), gradients(theirs, inputs), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("key_heads", [4, 2, 1])
def test_bf16_is_as_near_as_its_round_off(build_example, key_heads):
    row = build_row(forest(build_example))
    inputs = tensors(len(row.input_ids), key_heads, torch.bfloat16)
    exact = [each.detach().float().requires_grad_() for each in inputs]
    ours, theirs = attend(row, *inputs), dense(row, *exact)
    assert ours.dtype == torch.bfloat16
    pairs = [(ours, theirs)]
    pairs += zip(gradients(ours, inputs), gradients(theirs, exact), strict=True)
    for found, expected in pairs:
        assert (found.float() - expected).norm() < 1e-2 * expected.norm()


def test_autocast_computes_in_bf16(build_example):
    row = build_row(forest(build_example))
    inputs = tensors(len(row.input_ids), 2)
    with torch.autocast("cpu", torch.bfloat16):
        assert attend(row, *inputs).dtype == torch.bfloat16


def test_no_conversation_sees_another(build_example):
    row = build_row(forest(build_example))
    query, key, value = (each.detach() for each in tensors(len(row.input_ids), 2))
    before = attend(row, query, key, value)
    for start, stop, end in row.segments:
        changed_key, changed_value = key.clone(), value.clone()
        changed_key[:, :, start:stop] += 5.0
        changed_value[:, :, start:stop] -= 5.0
        after = attend(row, query, changed_key, changed_value)
        assert torch.equal(after[:, :, :start], before[:, :, :start])
        assert torch.equal(after[:, :, end:], before[:, :, end:])
        assert (after - before)[:, :, start:end].abs().amax((0, 1, 3)).min() > 1e-3


def test_the_block_mask_for_a_gpu_sees_the_same(build_example):
    from torch.nn.attention.flex_attention import create_mask, flex_attention

    row = build_row(forest(build_example))
    tokens = len(row.input_ids)
    mask = block_mask(row)
    seen = create_mask(mask.mask_mod, None, None, tokens, tokens, device="cpu")
    assert torch.equal(seen[0, 0], visible(row.ends))
    inputs = [each.detach() for each in tensors(tokens, 2)]
    output = flex_attention(*inputs, block_mask=mask, scale=SCALING, enable_gqa=True)
    torch.testing.assert_close(output, dense(row, *inputs), rtol=1e-5, atol=1e-5)


class Largest(TorchDispatchMode):
    """The most elements that any tensor has that is computed in the context."""

    elements = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        sizes = [leaf.numel() for leaf in tree_leaves(result) if torch.is_tensor(leaf)]
        self.elements = max([self.elements, *sizes])
        return result


def test_nothing_of_the_size_of_tokens_squared_is_held(build_example, build_model):
    draw = random.Random(0)
    system = [draw.randrange(60) for _ in range(100)]
    examples = [
        build_example([*system, *(draw.randrange(60) for _ in range(20))]) for _ in range(300)
    ]
    row = build_row(examples)
    tokens = len(row.input_ids)
    assert tokens > 6000
    model = build_model(64, num_hidden_layers=1, max_position_embeddings=128)
    with Largest() as largest, computing_rows(model):
        model(row=row).backward()
    widest = max(model.config.intermediate_size, model.config.vocab_size)
    assert tokens <= largest.elements <= 2 * tokens * widest < tokens**2 / 10
