"""Write a bundle so that a kill at any moment leaves a whole one or none."""

import os
from collections.abc import Mapping
from pathlib import Path

from rolewright.bundle.manifest import CONFIDENCE, MANIFEST, TRAINING, Manifest, foreign_names
from rolewright.errors import UserError
from rolewright.file_hash import hash_bytes, hash_file


def claim_folder(folder: Path, *, resume: bool = False, fix: str = "choose another path") -> None:
    """Make sure that writing to a folder destroys nothing.

    Args:
        folder: where a bundle is to be written.
        resume: whether an unfinished run in it may go on.
        fix: what to do where the folder is taken.

    Raises:
        UserError: it is a file, holds a finished bundle, holds anything and ``resume`` is off,
            holds things that are no part of a bundle, or cannot be made.
    """
    try:
        _refuse_taken(folder, resume, fix)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError.at(
            folder, f"the folder cannot be written: {error.strerror}", fix="choose another path"
        ) from error


def _refuse_taken(folder: Path, resume: bool, fix: str) -> None:
    if folder.exists() and not folder.is_dir():
        raise UserError.at(folder, "this is a file", expected="a folder that is new or empty")
    if (folder / MANIFEST).exists():
        raise UserError.at(folder, "a finished bundle lies here", fix="choose another path")
    if not resume and folder.is_dir() and any(folder.iterdir()):
        raise UserError.at(
            folder,
            f"the folder is not empty ({', '.join(sorted(os.listdir(folder))[:5])})",
            expected="a folder that is new or empty; nothing is ever overwritten",
            fix=fix,
        )
    if foreign := foreign_names(folder) if folder.is_dir() else []:
        raise UserError.at(
            folder,
            f"this is no unfinished run: {', '.join(foreign[:5])} would be no part of it",
            expected="the folder that an interrupted `rolewright train` wrote to",
            fix="choose another path",
        )


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all (a rename within its folder)."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all (a rename within its folder)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def hash_parts(folder: Path) -> dict[str, str]:
    """Hash the files that a bundle consists of.

    The logs of its training are none, nor are hidden files: a kill or a file manager leaves them.

    Returns:
        Path inside the bundle, with forward slashes → hash.
    """
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    return {
        inside: hash_file(path)
        for inside, path in paths.items()
        if path.is_file()
        and inside != MANIFEST
        and not inside.startswith(f"{TRAINING}/")
        and not path.name.startswith(".")
    }


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make the folder a bundle: nothing reads it before this file is there."""
    write_text(folder / MANIFEST, manifest.model_dump_json(indent=2) + "\n")


def part_name(name: str, data: bytes) -> str:
    """Where a part of the confidence lies inside the bundle, named after its content.

    Args:
        name: with its suffix, as "head.safetensors".
        data: what is in it.
    """
    stem, suffix = name.rsplit(".", 1)
    return f"{CONFIDENCE}/{stem}-{hash_bytes(data).removeprefix('sha256:')[:8]}.{suffix}"


def add_calibration(
    folder: Path, manifest: Manifest, calibration: str, parts: Mapping[str, bytes] | None = None
) -> Manifest:
    """Put a calibration into force.

    The new files lie beside the old ones until the manifest has been swapped, so that the bundle is
    whole at every moment.

    Args:
        folder: the bundle.
        manifest: as it is now.
        calibration: JSON text.
        parts: other files that belong to it, by the path that ``part_name`` gives.

    Returns:
        The manifest as it is then.
    """
    inside = part_name("calibration.json", calibration.encode("utf-8"))
    contents = {**(parts or {}), inside: calibration.encode("utf-8")}
    for path, data in contents.items():
        write_bytes(folder / path, data)
    old = {path for path in manifest.files if path.startswith(f"{CONFIDENCE}/")}
    files = {path: h for path, h in manifest.files.items() if path not in old}
    files |= {path: hash_bytes(data) for path, data in contents.items()}
    updated = manifest.model_copy(update={"calibration": inside, "files": files})
    write_manifest(folder, updated)
    for path in old - contents.keys():
        (folder / path).unlink(missing_ok=True)
    return updated
