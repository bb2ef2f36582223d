"""Open a bundle, and make sure that its parts belong together."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from rolewright.bundle.manifest import (
    ADAPTER,
    MANIFEST,
    PROMPTS,
    ROLE,
    TOKENIZER,
    VERIFIERS,
    WEIGHTS,
    Manifest,
    foreign_names,
)
from rolewright.errors import Fault, Place, UserError
from rolewright.file_hash import hash_file
from rolewright.role.load import load_role
from rolewright.role.schema import RoleFile


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose files are what its manifest says.

    Attributes:
        folder: where it lies.
        manifest: what it was made of.
        role: its role file.
    """

    folder: Path
    manifest: Manifest
    role: RoleFile

    @property
    def tokenizer_folder(self) -> Path:
        """The tokenizer with the chat template that training used."""
        return self.folder / TOKENIZER

    @property
    def adapter_folder(self) -> Path | None:
        """The PEFT adapter; None where all weights were trained."""
        return self.folder / ADAPTER if self.manifest.method == "lora" else None

    @property
    def weights(self) -> str:
        """What to load as the model: the base model's name, or the folder of trained weights."""
        if self.manifest.method == "lora":
            return self.manifest.base_model.name
        return str(self.folder / WEIGHTS)

    def trained_prompts(self) -> frozenset[str]:
        """Hashes of the prompts that it was trained on (``conversations.prompt_hash``)."""
        return frozenset((self.folder / PROMPTS).read_text("utf-8").split())

    def calibration(self) -> str | None:
        """The JSON text of the calibration in force, or None."""
        if self.manifest.calibration is None:
            return None
        return (self.folder / self.manifest.calibration).read_text("utf-8")

    @property
    def calibration_hash(self) -> str | None:
        """Tells the calibration in force from others; None where there is none."""
        return None if (file := self.manifest.calibration) is None else self.manifest.files[file]


def is_bundle(path: str | Path) -> bool:
    """Whether a path holds a bundle, or the beginnings of one, rather than a model."""
    folder = Path(path)
    return (folder / MANIFEST).exists() or (folder / ROLE).exists()


def read_bundle(path: str | Path, *, trust_verifiers: bool = False) -> Bundle:
    """Open a bundle.

    Args:
        path: its folder.
        trust_verifiers: whether its own Python code may run, which a bundle has where its role
            names files of verifiers. Without it the rules that need them cannot judge; all else
            works.

    Raises:
        UserError: there is none, it is unfinished, of another format, or a file in it is missing
            or not the one that was written.
    """
    folder = Path(path)
    file = folder / MANIFEST
    if not folder.is_dir():
        found = "this is a file, not a folder" if folder.exists() else "there is no such folder"
        raise UserError.at(path, found, expected="a bundle, as `rolewright train` writes it")
    if not file.exists():
        unfinished = (folder / ROLE).exists() and not foreign_names(folder)
        raise UserError.at(
            path,
            "the bundle is unfinished" if unfinished else "this folder is not a bundle",
            expected=f"a folder with {MANIFEST}, which `rolewright train` writes last",
            fix="go on with `rolewright train … --resume`" if unfinished else "",
        )
    manifest = _read_manifest(file)
    faults = [fault for inside in manifest.files if (fault := _check(folder, inside, manifest))]
    faults += [
        Fault(Place(str(folder / inside)), "this file is no part of the bundle", fix="remove it")
        for inside in sorted(_loaded_files(folder) - manifest.files.keys())
    ]
    if faults:
        raise UserError(*faults)
    role = load_role(folder / ROLE, verifier_folder=folder / VERIFIERS, run_code=trust_verifiers)
    return Bundle(folder, manifest, role)


def _loaded_files(folder: Path) -> set[str]:
    """The files that opening a bundle may read, whether the manifest knows them or not."""
    return {
        path.relative_to(folder).as_posix()
        for part in (ADAPTER, WEIGHTS, TOKENIZER, VERIFIERS)
        for path in (folder / part).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def _read_manifest(file: Path) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(file.read_bytes())
    except OSError as error:
        raise UserError.at(file, f"cannot be read: {error.strerror}") from error
    except ValidationError as error:
        faults = []
        for problem in error.errors():
            key = ".".join(map(str, problem["loc"])) or None
            fix = "copy the bundle again"
            if key == "format":
                fix = "use the version of Rolewright that wrote the bundle"
            faults.append(Fault(Place(str(file), None, key), problem["msg"], fix=fix))
        raise UserError(*faults) from None
    if manifest.calibration not in (None, *manifest.files):
        raise UserError.at(
            file,
            f"{manifest.calibration!r} is none of the bundle's files",
            key="calibration",
            fix="copy the bundle again",
        )
    return manifest


def _check(folder: Path, inside: str, manifest: Manifest) -> Fault | None:
    path = folder / inside
    place = Place(str(path))
    if not path.is_file():
        return Fault(place, "this part of the bundle is missing", fix="copy the bundle again")
    try:
        found = hash_file(path)
    except OSError as error:
        return Fault(place, f"this part of the bundle cannot be read: {error.strerror}")
    if found != manifest.files[inside]:
        return Fault(
            place,
            "this part does not belong to the bundle: it is not the file that was written",
            f"a file with {manifest.files[inside]}",
            "copy the bundle again, or train it again",
        )
    return None
