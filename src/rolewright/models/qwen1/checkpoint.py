"""Find the files of a Qwen-1 checkpoint: in a folder, or on the model hub."""

from pathlib import Path

from rolewright.errors import UserError
from rolewright.models.qwen1.config import read_json

VOCABULARY = "qwen.tiktoken"
_DESCRIPTION = ["*.json", VOCABULARY]


def find_qwen1(located: str, *, weights: bool) -> Path | None:
    """The folder of a Qwen-1 checkpoint; None for a model of another kind.

    No ``*.py`` is ever fetched.

    Args:
        located: a folder or hub id, as ``locate_model`` returns it.
        weights: whether the weights are needed too.

    Raises:
        UserError: a hub id is neither in the hub cache nor within reach.
    """
    config = _config_file(located)
    if config is None or read_json(config).get("model_type") != "qwen":
        return None
    if Path(located).is_dir():
        return Path(located)
    if not weights:
        return _snapshot(located, _DESCRIPTION)
    folder = _snapshot(located, [*_DESCRIPTION, "*.safetensors"])
    if not any(folder.glob("*.safetensors")):
        folder = _snapshot(located, [*_DESCRIPTION, "pytorch_model*.bin"])
    return folder


def weight_files(folder: Path) -> list[Path]:
    """The files that hold the weights, sorted: safetensors where there are any, else ``.bin``.

    Raises:
        UserError: there are none, or one that an index names is missing.
    """
    for single in (folder / "model.safetensors", folder / "pytorch_model.bin"):
        index = single.with_name(f"{single.name}.index.json")
        if index.exists():
            return _files_of_index(index)
        if single.exists():
            return [single]
    raise UserError.at(
        folder,
        "the folder holds no weights",
        expected="model.safetensors or pytorch_model.bin, or shards of one of them with their "
        "….index.json",
        fix="fetch the checkpoint again",
    )


def _files_of_index(index: Path) -> list[Path]:
    weight_map = read_json(index).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise UserError.at(index, "it names no shards", key="weight_map")
    names = sorted(set(map(str, weight_map.values())))
    for name in names:
        if Path(name).name != name:
            raise UserError.at(index, f"{name!r} is no file of this folder", key="weight_map")
        if not (index.parent / name).is_file():
            raise UserError.at(
                index.parent / name,
                f"this shard is missing; {index.name} names it",
                fix="fetch the checkpoint again",
            )
    return [index.parent / name for name in names]


def _config_file(located: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    if Path(located).is_dir():
        file = Path(located) / "config.json"
        return file if file.exists() else None
    cached = try_to_load_from_cache(located, "config.json")
    return Path(cached) if isinstance(cached, str) else None


def _snapshot(hub_id: str, patterns: list[str]) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(hub_id, allow_patterns=patterns))
    except (OSError, ValueError) as error:
        raise UserError.at(hub_id, f"cannot be fetched: {error}") from error
