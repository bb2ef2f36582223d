"""Write a Qwen-1 checkpoint out as a ``Qwen2ForCausalLM`` folder that any program loads."""

import json
import tempfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import torch
from safetensors.torch import save_file

from rolewright.errors import UserError
from rolewright.models.builtin import Say
from rolewright.models.load import Precision, locate_model, torch_dtype
from rolewright.models.qwen1.checkpoint import find_qwen1
from rolewright.models.qwen1.config import Qwen1Config, qwen2_config, read_config
from rolewright.models.qwen1.model import generation_config
from rolewright.models.qwen1.tokenizer import load_qwen1_tokenizer
from rolewright.models.qwen1.weights import Source, list_sources, read_tensors


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written.

    Attributes:
        config: of the checkpoint that was read.
        parameters: how many.
        dtype: of the weights, such as ``bfloat16``.
        files: names of the weight files.
    """

    config: Qwen1Config
    parameters: int
    dtype: str
    files: list[str]


def convert_qwen1(
    name: str, out: Path, precision: Precision = "auto", say: Say = print
) -> Converted:
    """Convert a checkpoint, one shard at a time in memory.

    ``out`` appears whole or not at all; until then the files stand in a hidden folder beside it.

    Args:
        name: folder or hub id of a Qwen-1 checkpoint.
        out: where to, a path that does not exist or is an empty folder.
        precision: of the weights; ``auto`` = as they are stored.
        say: told what is happening.

    Raises:
        UserError: ``out`` is taken, or the checkpoint is none of Qwen-1, incomplete or broken.
    """
    _refuse_taken(out)
    folder = find_qwen1(locate_model(name, say), weights=True)
    if folder is None:
        raise UserError.at(
            name,
            "this is no Qwen-1 checkpoint",
            expected="model_type: qwen in its config.json",
            fix="use it as it is; other models need no conversion",
        )
    config = read_config(folder)
    tokenizer = load_qwen1_tokenizer(folder, config.vocab_size)
    say(f"converting {name} into the Qwen2 layout …")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as temporary:
        unfinished = Path(temporary) / "model"
        unfinished.mkdir()
        converted = _write_weights(folder, config, unfinished, precision)
        tokenizer.save_pretrained(unfinished)
        generation_config(folder).save_pretrained(unfinished)
        _write_config(config, unfinished, converted.dtype)
        if out.is_dir():
            out.rmdir()  # it is empty, else this fails
        unfinished.rename(out)
    return converted


def _refuse_taken(out: Path) -> None:
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise UserError.at(
            out,
            "the folder is not empty" if out.is_dir() else "this is a file",
            expected="a folder that is new or empty; nothing is ever overwritten",
            fix="choose another path",
        )


def _write_weights(folder: Path, config: Qwen1Config, out: Path, precision: Precision) -> Converted:
    """Write a shard for each that is read, and an index where there are several."""
    sources = list_sources(folder, config)
    dtype = None if precision == "auto" else torch_dtype(precision, "cpu")
    count = len({source.file for source in sources})
    weight_map: dict[str, str] = {}
    parameters = total_bytes = 0
    dtypes: set[str] = set()
    for number, (_, tensors) in enumerate(groupby(read_tensors(sources), _file_of), start=1):
        file = f"model-{number:05}-of-{count:05}.safetensors" if count > 1 else "model.safetensors"
        shard = {target: tensor.to(dtype=dtype, copy=True) for _, target, tensor in tensors}
        save_file(shard, out / file, metadata={"format": "pt"})
        weight_map |= dict.fromkeys(shard, file)
        parameters += sum(tensor.numel() for tensor in shard.values())
        total_bytes += sum(tensor.nbytes for tensor in shard.values())
        dtypes |= {str(tensor.dtype).removeprefix("torch.") for tensor in shard.values()}
        del shard  # before the next one is read
    if count > 1:
        index = {"metadata": {"total_size": total_bytes}, "weight_map": weight_map}
        (out / "model.safetensors.index.json").write_text(json.dumps(index, indent=2), "utf-8")
    files = sorted(set(weight_map.values()))
    return Converted(config, parameters, " and ".join(sorted(dtypes)), files)


def _file_of(read: tuple[Source, str, torch.Tensor]) -> Path:
    return read[0].file


def _write_config(config: Qwen1Config, out: Path, dtype: str) -> None:
    described = qwen2_config(config)
    described.dtype = getattr(torch, dtype.partition(" ")[0])
    described.save_pretrained(out)
    file = out / "config.json"
    value = json.loads(file.read_text("utf-8"))
    # Programs from before transformers 5 look for the base here, and take 10,000 where it is not.
    value["rope_theta"] = config.rotary_emb_base
    file.write_text(json.dumps(value, indent=2) + "\n", "utf-8")
