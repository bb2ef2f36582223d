"""Write a bundle so that a kill at any moment leaves a whole one or none."""

import os
from pathlib import Path

from rolewright.bundle.manifest import CONFIDENCE, MANIFEST, TRAINING, Manifest, foreign_names
from rolewright.errors import UserError
from rolewright.file_hash import hash_file, hash_text


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
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
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


def add_calibration(folder: Path, manifest: Manifest, calibration: str) -> Manifest:
    """Put a calibration into force.

    The new file lies beside the old one until the manifest has been swapped, so that the bundle is
    whole at every moment.

    Args:
        folder: the bundle.
        manifest: as it is now.
        calibration: JSON text.

    Returns:
        The manifest as it is then.
    """
    digest = hash_text(calibration)
    inside = f"{CONFIDENCE}/calibration-{digest.removeprefix('sha256:')[:8]}.json"
    write_text(folder / inside, calibration)
    files = {path: h for path, h in manifest.files.items() if path != manifest.calibration}
    updated = manifest.model_copy(
        update={"calibration": inside, "files": {**files, inside: digest}}
    )
    write_manifest(folder, updated)
    if manifest.calibration not in (None, inside):
        (folder / manifest.calibration).unlink(missing_ok=True)
    return updated
