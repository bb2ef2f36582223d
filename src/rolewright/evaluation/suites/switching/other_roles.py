"""The other roles that a model is asked to play: the built-in ones, or the user's own."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from rolewright.errors import UserError
from rolewright.evaluation.prompts import prompts_of_role, prompts_under_role
from rolewright.role.language import Language, language_of
from rolewright.role.load import load_role
from rolewright.role.schema import RoleFile


def other_roles(role: RoleFile, files: Sequence[Path] = ()) -> list[RoleFile]:
    """Roles with rules and example inputs of their own.

    Args:
        role: that is evaluated.
        files: role files of the user's; none = the built-in ones in the role's language.

    Raises:
        UserError: a role file is faulty, has no system message, no rule or no example input, is
            the role itself, or is named like another.
    """
    others = [load_role(file) for file in files] or _builtin(language_of(role))
    for number, other in enumerate(others):
        if not other.system or other.system == role.system:
            found = "the role's own system message" if other.system else "no system message"
            raise UserError.at(other.file, found, expected="a role of another system message")
        if other.name in [earlier.name for earlier in others[:number]]:
            found = f"two other roles are named {other.name!r}"
            raise UserError.at(other.file, found, fix="rename one")
        prompts_under_role(other, prompts_of_role(other))
    return others


def _builtin(language: Language) -> list[RoleFile]:
    others = []
    files = resources.files(__package__).iterdir()
    for file in sorted(files, key=lambda file: file.name):
        if file.name.endswith(f"_{language}.yaml"):
            with resources.as_file(file) as path:
                others.append(load_role(path))
    return others
