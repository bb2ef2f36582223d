"""Which models compute rows exactly, found out from their configuration and then tried."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from rolewright.errors import Place
from rolewright.prefix.loss import causal_model, computing_rows, row_states
from rolewright.prefix.row import Row, build_row
from rolewright.tokens.example import IGNORE, Example

_RESCALING = (
    "attn_logit_softcapping", "final_logit_softcapping", "logits_scaling", "logit_scale"
)  # fmt: skip
"""Settings of Gemma 2, Granite and Cohere."""


def row_obstacle(config: Any, longest_tokens: int) -> str | None:
    """Why a model cannot share computation between conversations; None = it can.

    Args:
        config: a transformers model configuration.
        longest_tokens: of the longest conversation.
    """
    config = config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    window = getattr(config, "sliding_window", None)
    # A window that no conversation outgrows is none.
    harmless = {"sliding_attention"} if window and window >= longest_tokens else set()
    if other := kinds - {"full_attention"} - harmless:
        return f"it has layers of another kind than full attention ({', '.join(sorted(other))})"
    if not hasattr(config, "layer_types") and window and window < longest_tokens:
        return f"its attention sees no further than {window} tokens"
    if getattr(config, "attention_dropout", 0):
        return "it drops attention out at random"
    if any(getattr(config, key, None) for key in _RESCALING):
        return "it rescales its logits"
    return None


@torch.no_grad()
def try_rows(model: Any) -> float:
    """Compute a small row of two made-up conversations, and the same two apart.

    Args:
        model: a causal language model with or without an adapter; its mode is restored.

    Returns:
        The relative difference of the hidden states that the conversations end with; about 1e-6 in
        fp32, 1e-2 in bf16.
    """
    causal = causal_model(model)
    generator = torch.Generator().manual_seed(0)
    vocabulary = causal.config.get_text_config().vocab_size
    ids = torch.randint(vocabulary, (32,), generator=generator).tolist()
    conversations = [ids[:16] + ids[16:24], ids[:16] + ids[24:]]
    with _training_without_dropout(model):
        apart = torch.stack([_last_state(causal, each) for each in conversations])
        row = build_row([_example(each) for each in conversations]).to(model.device)
        with computing_rows(model):
            states = row_states(causal, row)
    ends = [at for at, end in enumerate(row.ends.tolist()) if end == at + 1]
    together = states[ends].float()
    # Which of the two stands first follows from their ids.
    order = sorted(range(2), key=lambda index: conversations[index])
    apart = apart[order]
    return float((together - apart).norm() / apart.norm())


def _last_state(causal: Any, ids: list[int]) -> torch.Tensor:
    """What a model's own forward pass ends with, shape (hidden,)."""
    inputs = torch.tensor([ids], device=causal.device)
    states: torch.Tensor = causal.base_model(input_ids=inputs, use_cache=False).last_hidden_state
    return states[0, -1].float()


def plain_loss(model: Any, example: Example) -> torch.Tensor:
    """The summed loss of one conversation through the model's own forward pass, in nats."""
    ids = torch.tensor([list(example.input_ids)], device=model.device)
    labels = torch.tensor(list(example.labels), device=model.device)
    logits = model(input_ids=ids, use_cache=False).logits[0, :-1].float()
    return torch.nn.functional.cross_entropy(
        logits, labels[1:], ignore_index=IGNORE, reduction="sum"
    )


def verify(model: Any, rows: Sequence[Row], examples: Sequence[Example]) -> tuple[float, float]:
    """Compare loss and gradients of rows with those of plain passes, one conversation each.

    Dropout is off for the comparison.

    Args:
        model: with the parameters to train switched on; their gradients are cleared, its mode is
            restored.
        rows: all conversations of a step.
        examples: the same conversations.

    Returns:
        The relative differences of the losses, and of the gradients of all parameters as one
        vector.
    """
    with _training_without_dropout(model):
        model.zero_grad()
        plain = _accumulate(plain_loss(model, example) for example in examples)
        expected = _gradients(model)
        model.zero_grad()
        with computing_rows(model):
            together = _accumulate(model(row=row.to(model.device)) for row in rows)
        found = _gradients(model)
        model.zero_grad()
    size = sum(float(each.square().sum()) for each in expected)
    distance = sum(float((a - b).square().sum()) for a, b in zip(found, expected, strict=True))
    return abs(together - plain) / plain, (distance / size) ** 0.5 if size else distance**0.5


@contextmanager
def _training_without_dropout(model: Any) -> Iterator[None]:
    """Compute as training does, but with nothing drawn.

    In evaluation Qwen-1 does otherwise beyond its training length.
    """
    before = {module: module.training for module in model.modules()}
    model.train()
    for module in before:
        if isinstance(module, torch.nn.Dropout):
            module.eval()
    try:
        yield
    finally:
        for module, training in before.items():
            module.training = training


def _accumulate(losses: Iterable[torch.Tensor]) -> float:
    total = 0.0
    for loss in losses:
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        total += float(loss.detach())
    return total


def _gradients(model: Any) -> list[torch.Tensor]:
    return [each.grad.clone() for each in model.parameters() if each.grad is not None]


def _example(ids: list[int]) -> Example:
    return Example(
        id="trial",
        place=Place("trial"),
        system=None,
        prefix_ids=array("i"),
        turn_ids=array("i", ids),
        trained=((0, len(ids)),),
        truncated=False,
        turns=0,
    )
