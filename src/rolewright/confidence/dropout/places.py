"""Where dropout acts: what the masks are multiplied with."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from rolewright.confidence.dropout.settings import DropoutPlace


def mask_widths(layers: Sequence[Any], place: DropoutPlace, hidden: int) -> list[int]:
    """How many components each mask has, in the order in which ``dropping`` takes them.

    Args:
        layers: the stochastic ones.
        place: of the dropout.
        hidden: width of the residual stream.
    """
    if place == "residual":
        return [hidden] * 2 * len(layers)
    return [module.lora_A[name].weight.shape[1] for module, name in _adapters(layers)]


def adapter_obstacle(layers: Sequence[Any]) -> str | None:
    """Why nothing can be dropped out of an adapter's input in some layers; None = it can.

    Args:
        layers: the stochastic ones.
    """
    modules = [each for layer in layers for each in layer.modules() if _is_adapted(each)]
    if any(module.merged for module in modules):
        return "its adapter is merged into the weights"
    if not _adapters(layers):
        return "its last layers have no adapter"
    return None


@contextmanager
def dropping(
    layers: Sequence[Any], place: DropoutPlace, masks: Sequence[torch.Tensor], steps: int
) -> Iterator[None]:
    """Let layers drop out for as long as the context lasts.

    Args:
        layers: the stochastic ones, which are given states of shape (samples, steps, hidden).
        place: of the dropout.
        masks: each of shape (samples, width), as many and as wide as ``mask_widths`` says.
        steps: tokens of the answer.
    """
    with ExitStack() as stack:
        if place == "residual":
            outputs = [module for layer in layers for module in (layer.self_attn, layer.mlp)]
            for module, mask in zip(outputs, masks, strict=True):
                handle = module.register_forward_hook(_multiply_output(mask[:, None]))
                stack.callback(handle.remove)
        else:
            for (module, name), mask in zip(_adapters(layers), masks, strict=True):
                stack.enter_context(_dropping_input(module, name, _Masked(mask, steps)))
        yield


def _is_adapted(module: Any) -> bool:
    return hasattr(module, "lora_dropout")  # PEFT's ``LoraLayer``


def _adapters(layers: Sequence[Any]) -> list[tuple[Any, str]]:
    """Each adapted module with the name of each adapter that is in force."""
    return [
        (module, name)
        for layer in layers
        for module in layer.modules()
        if _is_adapted(module)
        for name in module.active_adapters
        if name in module.lora_A
    ]


def _multiply_output(mask: torch.Tensor) -> Callable[[Any, Any, Any], Any]:
    def multiply(_module: Any, _arguments: Any, output: Any) -> Any:
        if isinstance(output, tuple):
            return (output[0] * mask, *output[1:])
        return output * mask

    return multiply


@contextmanager
def _dropping_input(module: Any, name: str, masked: "_Masked") -> Iterator[None]:
    before, training = module.lora_dropout[name], module.training
    module.lora_dropout[name] = masked
    module.training = True  # of this module alone: DoRA asks for it before it drops anything out
    try:
        yield
    finally:
        module.lora_dropout[name], module.training = before, training


class _Masked(torch.nn.Module):
    """Stands where PEFT has its dropout.

    Args:
        mask: shape (samples, width).
        steps: tokens of the answer.
    """

    def __init__(self, mask: torch.Tensor, steps: int) -> None:
        super().__init__()
        self._mask, self._steps = mask, steps

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Multiply (samples, steps, width), or the same as (samples · steps, width)."""
        samples, width = self._mask.shape
        apart = inputs.reshape(samples, self._steps, width)
        return (apart * self._mask[:, None]).view_as(inputs)
