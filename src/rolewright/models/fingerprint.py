"""Tell one checkpoint from another."""

from pathlib import Path

from rolewright.errors import UserError
from rolewright.file_hash import hash_file, hash_text
from rolewright.models.qwen1.checkpoint import VOCABULARY, find_qwen1, weight_files


def fingerprint_model(located: str) -> str:
    """A hash of a checkpoint's configuration, tokenizer and weights (large files by samples).

    Args:
        located: a folder or hub id, as ``locate_model`` returns it.

    Returns:
        "sha256:" and 64 hexadecimal digits.

    Raises:
        UserError: a hub id is neither in the hub cache nor within reach.
    """
    qwen1 = find_qwen1(located, weights=True)
    if qwen1 is not None:
        return _describe([qwen1 / "config.json", qwen1 / VOCABULARY, *weight_files(qwen1)])
    folder = checkpoint_folder(located)
    files = [folder / "config.json", folder / "tokenizer.json"]
    files += sorted(folder.glob("*.safetensors"))
    return _describe(files)


def _describe(files: list[Path]) -> str:
    described = [f"{file.name} {hash_file(file)}\n" for file in files if file.exists()]
    return hash_text("".join(described))


def checkpoint_folder(located: str) -> Path:
    """Where a checkpoint's configuration and weights lie on this machine.

    Args:
        located: a folder or hub id, as ``locate_model`` returns it.

    Raises:
        UserError: a hub id is neither in the hub cache nor within reach.
    """
    if (folder := Path(located)).is_dir():
        return folder
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(located, allow_patterns=["*.json", "*.safetensors"]))
    except (OSError, ValueError) as error:
        raise UserError.at(located, f"cannot be fetched: {error}") from error
