"""Examples of different lengths as one padded batch, for models that cannot compute rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch.nn.functional import cross_entropy

from rolewright.tokens.example import IGNORE, Example


@dataclass(frozen=True, slots=True)
class PaddedBatch:
    """Examples side by side, padded on the right.

    Attributes:
        input_ids: int64, shape (batch, seq).
        attention_mask: 1 = a token, 0 = padding, int64, shape (batch, seq).
        labels: the id where it is trained, else ``IGNORE``, int64, shape (batch, seq).
    """

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    labels: torch.Tensor

    @property
    def conversations(self) -> int:
        """How many there are."""
        return len(self.input_ids)

    def to(self, device: torch.device | str) -> Self:
        """The batch on a device."""
        tensors = (self.input_ids, self.attention_mask, self.labels)
        ids, mask, labels = (tensor.to(device) for tensor in tensors)
        return replace(self, input_ids=ids, attention_mask=mask, labels=labels)

    def untrained(self) -> Self:
        """The same batch with nothing to train."""
        return replace(self, labels=torch.full_like(self.labels, IGNORE))


def collate(examples: Sequence[Example], pad_id: int) -> PaddedBatch:
    """Pad on the right.

    Args:
        examples: at least one.
        pad_id: stands in padded positions; neither attended to nor trained, whatever it is.
    """
    width = max(len(example.input_ids) for example in examples)
    padding = [width - len(example.input_ids) for example in examples]
    rows = list(zip(examples, padding, strict=True))
    return PaddedBatch(
        torch.tensor([[*e.input_ids, *[pad_id] * pad] for e, pad in rows]),
        torch.tensor([[1] * len(e.input_ids) + [0] * pad for e, pad in rows]),
        torch.tensor([[*e.labels, *[IGNORE] * pad] for e, pad in rows]),
    )


def padded_loss(model: Any, batch: PaddedBatch) -> torch.Tensor:
    """Sum the negative log-likelihoods of what is trained in a batch, in nats.

    Args:
        model: a causal language model.
        batch: on its device.
    """
    output = model(input_ids=batch.input_ids, attention_mask=batch.attention_mask, use_cache=False)
    logits = output.logits[:, :-1].flatten(0, 1).float()  # (batch · (seq - 1), vocab)
    labels = batch.labels[:, 1:].flatten()
    return cross_entropy(logits, labels, ignore_index=IGNORE, reduction="sum")
