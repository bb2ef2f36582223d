"""Tell one checkpoint from another."""

from pathlib import Path

from rolewright.file_hash import hash_file, hash_text


def fingerprint_model(located: str) -> str:
    """A hash of a checkpoint's configuration, tokenizer and weights (large files by samples).

    Args:
        located: a folder or hub id, as ``locate_model`` returns it; a hub id must be in the hub
            cache, as it is once the model has been loaded.

    Returns:
        "sha256:" and 64 hexadecimal digits.
    """
    folder = Path(located)
    if not folder.is_dir():
        from huggingface_hub import snapshot_download

        folder = Path(snapshot_download(located, local_files_only=True))
    files = [folder / "config.json", folder / "tokenizer.json"]
    files += sorted(folder.glob("*.safetensors"))
    described = [f"{file.name} {hash_file(file)}\n" for file in files if file.exists()]
    return hash_text("".join(described))
