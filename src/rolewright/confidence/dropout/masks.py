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
def draw_masks(settings: DropoutSettings, components: int) -> torch.Tensor:
    """Draw which components each weight sample keeps.

    A sample's masks depend on the seed and its own number alone; they are kept for the next answer.

    Args:
        settings: of the dropout.
        components: of all places where it acts, one after another.

    Returns:
        Booleans, shape (samples, components).
    """
    kept = []
    for sample in range(settings.samples):
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + sample)
        kept.append(torch.rand(components, generator=generator) >= settings.rate)
    return torch.stack(kept)
