"""Qwen-1 weights under Qwen2's names, read shard by shard and tensor by tensor.

The map is the one of the two published forward passes: ``c_attn`` is query, key and value one below
the other, and of the two halves of the feed-forward layer ``w2`` goes through SiLU.
"""

import pickle
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from rolewright.errors import Fault, Place, UserError
from rolewright.models.qwen1.checkpoint import weight_files
from rolewright.models.qwen1.config import Qwen1Config, qwen2_config

_OUTSIDE_LAYERS = {
    "transformer.wte.weight": ["model.embed_tokens.weight"],
    "transformer.ln_f.weight": ["model.norm.weight"],
    "lm_head.weight": ["lm_head.weight"],
}
_IN_LAYER = {
    "ln_1.weight": ["input_layernorm.weight"],
    "ln_2.weight": ["post_attention_layernorm.weight"],
    "attn.c_attn.weight": [f"self_attn.{part}_proj.weight" for part in "qkv"],
    "attn.c_attn.bias": [f"self_attn.{part}_proj.bias" for part in "qkv"],
    "attn.c_proj.weight": ["self_attn.o_proj.weight"],
    "mlp.w1.weight": ["mlp.up_proj.weight"],
    "mlp.w2.weight": ["mlp.gate_proj.weight"],
    "mlp.c_proj.weight": ["mlp.down_proj.weight"],
}
_LAYER = re.compile(r"transformer\.h\.(\d+)\.(.+)")
_NO_WEIGHTS = re.compile(r"(rotary_emb\.inv_freq|attn\.masked_bias)$")
"""Buffers of earlier releases; they follow from the configuration."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a tensor of Qwen-1 stands, and what becomes of it.

    Attributes:
        file: the shard.
        name: in the shard.
        targets: Qwen2's names; its parts along the first dimension go to them in turn.
    """

    file: Path
    name: str
    targets: tuple[str, ...]


def build_empty(config: Qwen1Config) -> Any:
    """A ``Qwen2ForCausalLM`` without memory for its weights (torch's ``meta`` device)."""
    from transformers import Qwen2ForCausalLM

    with torch.device("meta"):
        model = Qwen2ForCausalLM(qwen2_config(config))
    # Its buffers are no part of a checkpoint, so they are computed here and now.
    model.model.rotary_emb = type(model.model.rotary_emb)(model.config)
    return model.eval()


def list_sources(folder: Path, config: Qwen1Config) -> list[Source]:
    """All tensors of a checkpoint, shard by shard, once they are known to be the right ones.

    Raises:
        UserError: with a fault for each tensor that is missing, unknown, there twice, or of the
            wrong shape; or a shard cannot be read.
    """
    shapes = {name: tuple(t.shape) for name, t in build_empty(config).state_dict().items()}
    files = weight_files(folder)
    sources: dict[str, Source] = {}
    faults = []
    for file in files:
        for name, shape in _shapes(file).items():
            if _NO_WEIGHTS.search(name):
                continue
            targets = _targets(name)
            expected = _joined([shapes[target] for target in targets if target in shapes])
            place = Place(str(file), None, name)
            if expected is None:
                faults.append(Fault(place, "this tensor is none of a Qwen-1 language model's"))
            elif name in sources:
                faults.append(Fault(place, f"this tensor stands in {sources[name].file.name} too"))
            elif shape != expected:
                found = f"this tensor has the shape {shape}"
                faults.append(Fault(place, found, f"{expected}, by config.json"))
            sources.setdefault(name, Source(file, name, targets))
    found_targets = {target for source in sources.values() for target in source.targets}
    for name in _names(config):
        if not found_targets.issuperset(_targets(name)):
            where = files[0] if len(files) == 1 else folder
            faults.append(Fault(Place(str(where), None, name), "this tensor is missing"))
    if faults:
        raise UserError(*faults)
    return list(sources.values())


def read_tensors(sources: list[Source]) -> Iterator[tuple[Source, str, torch.Tensor]]:
    """Each tensor under its Qwen2 name, from a mapped file: copy it before taking the next.

    Args:
        sources: as ``list_sources`` gives them.

    Yields:
        The source, a Qwen2 name, and the tensor as stored.
    """
    mapped: tuple[Path | None, Mapping[str, torch.Tensor]] = (None, {})
    for source in sources:
        if source.file.suffix == ".safetensors":
            # Opened for each tensor, so that no more than one is mapped at a time.
            with safe_open(source.file, framework="pt") as shard:
                tensor = shard.get_tensor(source.name)
        else:
            if mapped[0] != source.file:
                mapped = (source.file, _read_bin(source.file))
            tensor = mapped[1][source.name]
        yield from (
            (source, target, part)
            for target, part in zip(source.targets, tensor.chunk(len(source.targets)), strict=True)
        )


def load_weights(folder: Path, config: Qwen1Config, dtype: torch.dtype, device: str) -> Any:
    """Load a checkpoint straight into the Qwen2 layout; no second copy is ever held.

    Args:
        folder: of the checkpoint.
        config: its configuration.
        dtype: of the weights in memory.
        device: where they go.

    Returns:
        A ``Qwen2ForCausalLM`` in evaluation mode.

    Raises:
        UserError: the weights are not those that the configuration describes.
    """
    sources = list_sources(folder, config)
    model = build_empty(config)
    for _, name, tensor in read_tensors(sources):
        module, _, parameter = name.rpartition(".")
        copied = tensor.to(device=device, dtype=dtype, copy=True)
        setattr(model.get_submodule(module), parameter, torch.nn.Parameter(copied))
    model.config.dtype = dtype
    return model


def _names(config: Qwen1Config) -> Iterator[str]:
    yield from _OUTSIDE_LAYERS
    for layer in range(config.num_hidden_layers):
        yield from (f"transformer.h.{layer}.{name}" for name in _IN_LAYER)


def _targets(name: str) -> tuple[str, ...]:
    """Qwen2's names of what a Qwen-1 tensor holds; none for an unknown one."""
    match = _LAYER.fullmatch(name)
    if match is None:
        return tuple(_OUTSIDE_LAYERS.get(name, ()))
    return tuple(f"model.layers.{match[1]}.{target}" for target in _IN_LAYER.get(match[2], ()))


def _joined(shapes: list[tuple[int, ...]]) -> tuple[int, ...] | None:
    if not shapes:
        return None
    return (sum(shape[0] for shape in shapes), *shapes[0][1:])


def _shapes(file: Path) -> dict[str, tuple[int, ...]]:
    if file.suffix != ".safetensors":
        return {name: tuple(tensor.shape) for name, tensor in _read_bin(file).items()}
    try:
        with safe_open(file, framework="pt") as shard:
            return {name: tuple(shard.get_slice(name).get_shape()) for name in shard.keys()}  # noqa: SIM118  # not a dict
    except (SafetensorError, OSError) as error:
        raise _unreadable(file, error) from error


def _read_bin(file: Path) -> dict[str, torch.Tensor]:
    """Map a ``.bin`` shard; only tensors are unpickled."""
    try:
        if not zipfile.is_zipfile(file):
            raise UserError.at(
                file,
                "this is no shard that can be mapped into memory",
                expected="a file as torch.save writes it since torch 1.6",
                fix="fetch it again; if it is that old, load it with torch and save it once more",
            )
        loaded = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    except (OSError, RuntimeError, pickle.UnpicklingError) as error:
        raise _unreadable(file, error) from error
    tensors = isinstance(loaded, dict) and all(
        isinstance(value, torch.Tensor) for value in loaded.values()
    )
    if not tensors:
        raise UserError.at(file, "it holds something else than tensors by name")
    return loaded  # type: ignore[no-any-return]  # checked above


def _unreadable(file: Path, error: Exception) -> UserError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return UserError.at(file, f"cannot be read: {reason}", fix="fetch the checkpoint again")
