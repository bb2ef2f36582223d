"""The masks of Monte-Carlo dropout."""

from functools import lru_cache
from typing import Literal

import torch

from rolewright.confidence.dropout.settings import DropoutSettings


def fast_precision(device: torch.device) -> Literal["model", "bf16"]:
    """The quicker precision of matrix products on a device: bf16 on a CPU with instructions for it.

    On a GPU, models are loaded in bf16 anyway.
    """
    if device.type != "cpu":
        return "model"
    can = torch.cpu.get_capabilities()
    return "bf16" if can.get("avx512_bf16") or can.get("amx_bf16") else "model"


@lru_cache(maxsize=16)
def draw_masks(settings: DropoutSettings, hidden: int) -> torch.Tensor:
    """Draw the masks of all weight samples.

    A sample's masks depend on the seed and its own number alone; they are kept for the next answer.

    Args:
        settings: of the dropout.
        hidden: width of the residual stream.

    Returns:
        0 or 1 / (1 - rate), shape (samples, layers, 2, hidden): attention first, then MLP.
    """
    masks = []
    for sample in range(settings.samples):
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + sample)
        drawn = torch.rand(settings.layers, 2, hidden, generator=generator)
        masks.append((drawn >= settings.rate) / (1 - settings.rate))
    return torch.stack(masks)
