"""Load a base model and its tokenizer by hub id, folder or built-in name."""

from pathlib import Path
from typing import Any, Literal

from rolewright.errors import UserError
from rolewright.models.builtin import Say, builtin_model
from rolewright.models.quantization import Quantization, loading_arguments, require_quantization
from rolewright.models.quiet import quieten_transformers
from rolewright.models.qwen1.checkpoint import find_qwen1
from rolewright.models.qwen1.config import read_config, read_json

Precision = Literal["auto", "fp32", "bf16"]


def locate_model(name: str, say: Say = print) -> str:
    """Turn a model's name into what transformers loads: a folder, or a hub id.

    Raises:
        UserError: the name looks like a path and no checkpoint lies there.
    """
    if name.startswith("builtin:"):
        return str(builtin_model(name, say))
    path = Path(name).expanduser()
    looks_like_path = name.startswith((".", "/", "~")) or name.count("/") > 1
    if path.is_dir():
        _refuse_unsupported(path, name)
        return str(path)
    if looks_like_path or path.exists():
        raise UserError.at(
            name,
            "there is no such folder" if not path.exists() else "this is a file, not a folder",
            expected="a folder with config.json and safetensors weights, a hub id such as "
            "Qwen/Qwen2.5-7B-Instruct, or builtin:smollm2-135m",
        )
    _find_on_hub(name, say)
    return name


def _find_on_hub(name: str, say: Say) -> None:
    """Ask the hub once, so that a wrong name or a closed network is told soon, and once."""
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    quieten_transformers()
    try:
        if isinstance(try_to_load_from_cache(name, "config.json"), str):
            return
        say(f"looking for {name} on the model hub …")
        hf_hub_download(name, "config.json", etag_timeout=5)
    except Exception as error:  # the hub client has dozens of its own
        raise UserError.at(
            name,
            f"there is no such folder, and the model hub does not give it: {_first_line(error)}",
            expected="a folder (./name), a hub id such as Qwen/Qwen2.5-7B-Instruct within reach, "
            "or builtin:smollm2-135m",
        ) from error


def portable_name(name: str) -> str:
    """A model's name that means the same from any working directory."""
    path = Path(name).expanduser()
    return str(path.resolve()) if path.is_dir() else name


def _refuse_unsupported(path: Path, name: str) -> None:
    config = path / "config.json"
    if not config.exists():
        if (path / "tokenizer.json").exists():
            return  # a tokenizer on its own
        raise UserError.at(
            name, "the folder has no config.json", expected="a checkpoint in transformers' layout"
        )
    if read_json(config).get("model_type") == "qwen":
        read_config(path)


def load_tokenizer(name: str, say: Say = print) -> Any:
    """Load a fast tokenizer.

    Raises:
        UserError: there is none, or it is not a fast one.
    """
    from transformers import AutoTokenizer

    quieten_transformers()
    located = locate_model(name, say)
    if (qwen1 := find_qwen1(located, weights=False)) is not None:
        from rolewright.models.qwen1.tokenizer import load_qwen1_tokenizer

        return load_qwen1_tokenizer(qwen1, read_config(qwen1).vocab_size)
    try:
        tokenizer = AutoTokenizer.from_pretrained(located, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise _not_loadable(name, error) from error
    if not getattr(tokenizer, "is_fast", False):
        raise UserError.at(name, "its tokenizer is not a fast one", expected="a tokenizer.json")
    return tokenizer


def load_model(
    name: str,
    *,
    adapter: Path | None = None,
    precision: Precision = "auto",
    quantization: Quantization = "none",
    device: str | None = None,
    say: Say = print,
) -> Any:
    """Load a causal language model in evaluation mode onto the best device.

    Args:
        name: hub id, folder, or built-in name.
        adapter: folder of a PEFT adapter to put on it.
        precision: ``auto`` = bf16 on a GPU, fp32 on a CPU.
        quantization: of the weights of its linear layers.
        device: where to; None = the best one.
        say: told what is happening when a built-in model is fetched.

    Raises:
        UserError: the model cannot be loaded or quantised; only safetensors, no remote code.
    """
    require_quantization(quantization)
    from transformers import AutoModelForCausalLM

    from rolewright.models.qwen1.long_context import extend_context

    quieten_transformers()
    located = locate_model(name, say)
    device = device or best_device()
    dtype = torch_dtype(precision, device)
    if (qwen1 := find_qwen1(located, weights=True)) is not None:
        from rolewright.models.qwen1.model import load_qwen1_model

        model = load_qwen1_model(qwen1, located, dtype, device)
    else:
        try:
            model = AutoModelForCausalLM.from_pretrained(
                located,
                dtype=dtype,
                trust_remote_code=False,
                use_safetensors=True,
                attn_implementation="sdpa",
                **loading_arguments(quantization),
            )
        except (OSError, ValueError) as error:
            raise _not_loadable(name, error) from error
    extend_context(model)
    if adapter is not None:
        import peft

        model = peft.PeftModel.from_pretrained(model, str(adapter))
    return (model if quantization != "none" else model.to(device)).eval()


def load_encoder(name: str, *, classifies: bool, say: Say = print) -> Any:
    """Load a model that reads texts and writes none, in fp32 and evaluation mode.

    Args:
        name: hub id or folder.
        classifies: whether it has a head that classifies sequences; else it gives hidden states.
        say: told what is happening.

    Raises:
        UserError: the model cannot be loaded; only safetensors, no remote code.
    """
    import torch
    from transformers import AutoModel, AutoModelForSequenceClassification

    quieten_transformers()
    load = AutoModelForSequenceClassification if classifies else AutoModel
    try:
        model = load.from_pretrained(
            locate_model(name, say),
            dtype=torch.float32,
            trust_remote_code=False,
            use_safetensors=True,
        )
    except (OSError, ValueError) as error:
        raise _not_loadable(name, error) from error
    return model.to(best_device()).eval()


def best_device() -> str:
    """``cuda`` where there is one, else ``cpu``."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def torch_dtype(precision: Precision, device: str) -> Any:
    """The torch dtype of a precision; ``auto`` is bf16 on a GPU and fp32 on a CPU."""
    import torch

    if precision == "auto":
        precision = "bf16" if device == "cuda" else "fp32"
    return torch.bfloat16 if precision == "bf16" else torch.float32


def _not_loadable(name: str, error: Exception) -> UserError:
    return UserError.at(
        name,
        f"cannot be loaded: {_first_line(error)}",
        expected="a hub id within reach, or a folder with config.json, tokenizer.json and "
        "safetensors weights",
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
