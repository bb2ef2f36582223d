"""Examples of different lengths as one padded batch."""

from collections.abc import Sequence

import torch

from rolewright.tokens.example import IGNORE, Example


def collate(examples: Sequence[Example], pad_id: int) -> dict[str, torch.Tensor]:
    """Pad on the right.

    Args:
        examples: at least one.
        pad_id: stands in padded positions; neither attended to nor trained, whatever it is.

    Returns:
        ``input_ids``, ``attention_mask`` and ``labels``, each int64, shape (batch, seq).
    """
    width = max(len(example.input_ids) for example in examples)
    padding = [width - len(example.input_ids) for example in examples]
    rows = list(zip(examples, padding, strict=True))
    return {
        "input_ids": torch.tensor([[*e.input_ids, *[pad_id] * pad] for e, pad in rows]),
        "attention_mask": torch.tensor([[1] * len(e.input_ids) + [0] * pad for e, pad in rows]),
        "labels": torch.tensor([[*e.labels, *[IGNORE] * pad] for e, pad in rows]),
    }
