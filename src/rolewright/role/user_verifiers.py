"""The verifiers of a role's own: Python files that the role file names."""

from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ConfigDict, create_model

from rolewright.errors import Fault, Place, UserError
from rolewright.role.schema import RoleEntry
from rolewright.verifiers import Verdict
from rolewright.verifiers.registry import Verifier
from rolewright.verifiers.user_file import VerifierFile, run_verifier_file
from rolewright.yaml_document import YamlDocument


def read_verifier_files(
    entry: RoleEntry, document: YamlDocument, folder: Path
) -> tuple[VerifierFile, ...]:
    """Read the files that a role names, without running them.

    Args:
        entry: the role.
        document: where it was read.
        folder: what the paths are relative to.

    Raises:
        UserError: at the role file's line, for every path that leads out of the folder, stands
            twice or cannot be read.
    """
    files: dict[str, VerifierFile] = {}
    faults = []
    for index, name in enumerate(entry.verifiers):
        place = document.place(("verifiers", index))
        pure = PurePosixPath(name)
        path = folder / pure
        hidden = any(part.startswith(".") for part in pure.parts)  # ".." as well
        if pure.is_absolute() or hidden or "\\" in name or pure.suffix != ".py":
            expected = "a Python file beside or below the role file, as checks/tone.py"
            faults.append(Fault(place, f"found {name!r}", expected, "copy the file there"))
        elif str(pure) in files:
            faults.append(Fault(place, f"the file {name!r} stands twice", fix="remove one"))
        else:
            try:
                files[str(pure)] = VerifierFile(str(pure), path, path.read_text("utf-8-sig"))
            except FileNotFoundError:
                faults.append(Fault(place, f"there is no file {str(path)!r}"))
            except UnicodeDecodeError as error:
                faults.append(Fault(place, f"{str(path)!r} is not UTF-8 at byte {error.start}"))
            except OSError as error:
                faults.append(Fault(place, f"{str(path)!r} cannot be read: {error.strerror}"))
    if faults:
        raise UserError(*faults)
    return tuple(files.values())


def run_verifier_files(
    files: tuple[VerifierFile, ...], document: YamlDocument
) -> dict[str, Verifier]:
    """Run the files' code.

    Raises:
        UserError: for every file that fails (see ``run_verifier_file``), and for every name that
            two of them define.
    """
    found: dict[str, Verifier] = {}
    defined_in: dict[str, VerifierFile] = {}
    faults: list[Fault] = []
    for index, file in enumerate(files):
        try:
            own = run_verifier_file(file)
        except UserError as error:
            faults += error.faults
            continue
        for name in own.keys() & found.keys():
            said = f"{file.name} and {defined_in[name].name} both define the verifier {name!r}"
            faults.append(Fault(document.place(("verifiers", index)), said, fix="rename one"))
        found |= own
        defined_in |= dict.fromkeys(own, file)
    if faults:
        raise UserError(*faults)
    return found


def seal(name: str, files: tuple[VerifierFile, ...]) -> Verifier:
    """A verifier whose code was not run, and which says so when it is asked to judge."""

    def refuse(text: str, conversation: Any, **parameters: Any) -> Verdict:
        raise untrusted(files)

    taken = create_model(name, __config__=ConfigDict(extra="allow", frozen=True))
    return Verifier(name, refuse, taken)


def untrusted(files: tuple[VerifierFile, ...]) -> UserError:
    """What to say where a bundle's own code would have to run and nobody has allowed it."""
    return UserError(
        *(
            Fault(
                Place(str(file.path)),
                f"rules of this bundle are judged by its own Python code ({file.hash})",
                "your permission to run it",
                "read the file, then pass --trust-verifiers; or a role file of yours by --role",
            )
            for file in files
        )
    )
