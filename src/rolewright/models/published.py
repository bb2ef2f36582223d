"""Shapes of published Qwen models, so that planning needs neither a download nor a network."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rolewright.errors import UserError
from rolewright.models.builtin import Say
from rolewright.models.load import locate_model

_SHAPES = {
    # hidden, intermediate, layers, heads, key/value heads, vocabulary, tied
    "Qwen2-0.5B": (896, 4864, 24, 14, 2, 151936, True),
    "Qwen2-1.5B": (1536, 8960, 28, 12, 2, 151936, True),
    "Qwen2-7B": (3584, 18944, 28, 28, 4, 152064, False),
    "Qwen2-72B": (8192, 29568, 80, 64, 8, 152064, False),
    "Qwen2.5-0.5B": (896, 4864, 24, 14, 2, 151936, True),
    "Qwen2.5-1.5B": (1536, 8960, 28, 12, 2, 151936, True),
    "Qwen2.5-3B": (2048, 11008, 36, 16, 2, 151936, True),
    "Qwen2.5-7B": (3584, 18944, 28, 28, 4, 152064, False),
    "Qwen2.5-14B": (5120, 13824, 48, 40, 8, 152064, False),
    "Qwen2.5-32B": (5120, 27648, 64, 40, 8, 152064, False),
    "Qwen2.5-72B": (8192, 29568, 80, 64, 8, 152064, False),
    "Qwen3-0.6B": (1024, 3072, 28, 16, 8, 151936, True),
    "Qwen3-1.7B": (2048, 6144, 28, 16, 8, 151936, True),
    "Qwen3-4B": (2560, 9728, 36, 32, 8, 151936, True),
    "Qwen3-8B": (4096, 12288, 36, 32, 8, 151936, False),
    "Qwen3-14B": (5120, 17408, 40, 40, 8, 151936, False),
    "Qwen3-32B": (5120, 25600, 64, 64, 8, 151936, False),
    "Qwen3-30B-A3B": (2048, 6144, 48, 32, 4, 151936, False),
    "Qwen3-235B-A22B": (4096, 12288, 94, 64, 4, 151936, False),
    "Qwen-1_8B": (2048, 11008, 24, 16, 16, 151936, False),
    "Qwen-7B": (4096, 22016, 32, 32, 32, 151936, False),
    "Qwen-14B": (5120, 27392, 40, 40, 40, 152064, False),
    "Qwen-72B": (8192, 49152, 80, 64, 64, 152064, False),
}
_KEYS = (
    *("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"),
    *("num_key_value_heads", "vocab_size", "tie_word_embeddings"),
)
_EXPERT_INTERMEDIATE = {"Qwen3-30B-A3B": 768, "Qwen3-235B-A22B": 1536}
_SUFFIXES = ("-Instruct", "-Chat", "-Base", "")


def published_models() -> list[str]:
    """The names in the table, without owner and suffix."""
    return list(_SHAPES)


def published_config(name: str) -> Mapping[str, Any] | None:
    """What decides the shape in the config.json of a published model.

    Args:
        name: hub id, such as ``Qwen/Qwen2.5-72B-Instruct``.

    Returns:
        None where the model is not in the table.
    """
    owner, _, model = name.rpartition("/")
    known = next(model.removesuffix(s) for s in _SUFFIXES if model.endswith(s))
    if owner != "Qwen" or known not in _SHAPES:
        return None
    config: dict[str, Any] = dict(zip(_KEYS, _SHAPES[known], strict=True))
    if not known.startswith("Qwen3"):
        return config | {"model_type": "qwen2" if known.startswith("Qwen2") else "qwen"}
    config |= {"model_type": "qwen3", "head_dim": 128}
    if known in _EXPERT_INTERMEDIATE:
        config |= {"model_type": "qwen3_moe", "num_experts": 128, "num_experts_per_tok": 8}
        config |= {"moe_intermediate_size": _EXPERT_INTERMEDIATE[known]}
    return config


def model_config(name: str, say: Say) -> tuple[Mapping[str, Any], str]:
    """The configuration of a model, and where it comes from.

    A published model comes from the table, so that the answer is the same with and without a
    network; its weights are not touched.

    Args:
        name: folder, hub id or built-in name.
        say: told what is being fetched.

    Raises:
        UserError: there is no such model, or its config.json cannot be read.
    """
    if not Path(name).is_dir() and (config := published_config(name)) is not None:
        return config, "table of published shapes"
    folder = Path(name).expanduser()
    if not (folder / "config.json").is_file():
        located = locate_model(name, say)
        folder = Path(located)
        if not folder.is_dir():
            from huggingface_hub import hf_hub_download

            folder = Path(hf_hub_download(located, "config.json")).parent
    file = folder / "config.json"
    try:
        config = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UserError.at(file, f"this cannot be read as JSON: {error}") from error
    if not isinstance(config, dict):
        raise UserError.at(file, "this is no configuration", expected="a JSON object")
    return config, str(file)
