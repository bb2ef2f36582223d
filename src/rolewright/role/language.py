"""Which of the built-in texts a role is met with."""

from typing import Literal

from rolewright.role.schema import RoleFile

Language = Literal["en", "zh"]


def language_of(role: RoleFile) -> Language:
    """Chinese for a role that speaks Chinese, else English."""
    return "zh" if role.language.partition("-")[0] == "zh" else "en"
