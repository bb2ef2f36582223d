"""The published forward pass of Qwen-1, written down on its own."""

import math

import pytest
import torch


def alpha_of(tokens, seq_length):
    """``get_ntk_alpha`` of the last release."""
    return max(2 ** math.ceil(math.log(tokens / seq_length, 2) + 1) - 1, 1)


def rms_norm(x, weight, epsilon):
    return x / (x.pow(2).mean(-1, keepdim=True) + epsilon).sqrt() * weight


def rotate(x, base):
    """Rotary embedding of the two halves of each head, x: (tokens, heads, width)."""
    tokens, _, width = x.shape
    frequency = base ** (-torch.arange(0, width, 2).double() / width)
    angle = (torch.arange(tokens)[:, None] * frequency)[:, None, :]  # (tokens, 1, width / 2)
    first, second = x.double().chunk(2, dim=-1)
    turned = [
        first * angle.cos() - second * angle.sin(),
        second * angle.cos() + first * angle.sin(),
    ]
    return torch.cat(turned, dim=-1).float()


def forward(weights, config, ids, *, training=False, prompt=None):
    """Logits of the published forward pass, shape (tokens, vocab).

    Written from the architecture, with none of transformers' code; of one sequence, without cache.
    ``prompt`` is how many tokens the first forward pass saw; alpha stays that of them.
    """
    heads, width = config["num_attention_heads"], config["kv_channels"]
    seq_length, tokens = config["seq_length"], len(ids)
    stretched = config["use_dynamic_ntk"] and not training
    alpha = alpha_of(prompt or tokens, seq_length) if stretched else 1
    base = config["rotary_emb_base"] * alpha ** (width / (width - 2))
    logn = torch.ones(tokens)
    if config["use_logn_attn"] and not training:
        for i in range(seq_length + 1, tokens + 1):
            logn[i - 1] = math.log(i) / math.log(seq_length)
    visible = torch.ones(tokens, tokens).tril().bool()
    hidden = weights["transformer.wte.weight"][torch.tensor(ids)]
    for layer in range(config["num_hidden_layers"]):
        w = {
            name.removeprefix(f"transformer.h.{layer}."): tensor
            for name, tensor in weights.items()
            if name.startswith(f"transformer.h.{layer}.")
        }
        x = rms_norm(hidden, w["ln_1.weight"], config["layer_norm_epsilon"])
        mixed = x @ w["attn.c_attn.weight"].T + w["attn.c_attn.bias"]
        q, k, v = (part.reshape(tokens, heads, width) for part in mixed.chunk(3, dim=-1))
        q, k = rotate(q, base) * logn[:, None, None], rotate(k, base)
        scores = torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(width)
        attention = scores.masked_fill(~visible, -math.inf).softmax(-1)
        mixed = torch.einsum("hqk,khd->qhd", attention, v).reshape(tokens, -1)
        hidden = hidden + mixed @ w["attn.c_proj.weight"].T
        x = rms_norm(hidden, w["ln_2.weight"], config["layer_norm_epsilon"])
        gate = x @ w["mlp.w2.weight"].T
        up = x @ w["mlp.w1.weight"].T
        hidden = hidden + (up * gate * torch.sigmoid(gate)) @ w["mlp.c_proj.weight"].T
    hidden = rms_norm(hidden, weights["transformer.ln_f.weight"], config["layer_norm_epsilon"])
    return hidden @ weights["lm_head.weight"].T


@pytest.fixture(scope="session")
def reference():
    """The published forward pass."""
    return forward
