"""Load a base model in 4 or 8 bits a weight, with bitsandbytes: QLoRA (Dettmers et al. 2023)."""

from importlib.util import find_spec
from typing import Any, Literal

from rolewright.errors import UserError

Quantization = Literal["none", "nf4", "int8"]


def quantization_obstacle() -> str | None:
    """Why no model can be quantised here, or None: bitsandbytes needs a CUDA device."""
    import torch

    if not torch.cuda.is_available():
        return "there is no CUDA device"
    if find_spec("bitsandbytes") is None:
        return "bitsandbytes is not installed"
    return None


def require_quantization(kind: Quantization) -> None:
    """Make sure that a base model can be quantised as asked.

    Raises:
        UserError: there is no CUDA device, or bitsandbytes is not installed.
    """
    obstacle = None if kind == "none" else quantization_obstacle()
    if obstacle is not None:
        raise UserError.at(
            f"quantization: {kind}",
            obstacle,
            expected="a CUDA device and bitsandbytes",
            fix="on a machine with a GPU `pip install bitsandbytes`; else quantization=none",
        )


def loading_arguments(kind: Quantization) -> dict[str, Any]:
    """What ``from_pretrained`` has to be told to quantise while it loads.

    Returns:
        Empty for ``none``. Quantised weights are put on the GPU at once: they cannot be moved.
    """
    if kind == "none":
        return {}
    import torch
    from transformers import BitsAndBytesConfig

    if kind == "int8":
        settings = BitsAndBytesConfig(load_in_8bit=True)
    else:
        settings = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
            bnb_4bit_quant_storage=torch.bfloat16,  # the same bits in a type that FSDP can shard
        )
    return {"quantization_config": settings, "device_map": {"": torch.cuda.current_device()}}
