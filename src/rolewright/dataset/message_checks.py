"""The table of what is looked for in messages one by one."""

from rolewright.dataset.base_identity import BaseIdentity
from rolewright.dataset.check import Check
from rolewright.dataset.message_check import MessageCheck
from rolewright.dataset.placeholders import placeholder
from rolewright.dataset.private_values import private_value
from rolewright.dataset.repetition import repetition
from rolewright.dataset.residue import Residue
from rolewright.dataset.thoughts import thought
from rolewright.dataset.wrong_characters import wrong_characters
from rolewright.role.schema import RoleFile

_HABIT = 0.3
_THINKS = 0.9
"""Where more of the rows have thoughts, they are data of a model that thinks."""


def message_checks(role: RoleFile) -> dict[str, Check]:
    """A new set of these checks, by the names under which ``--json`` gives their figures."""
    return {
        "wrong_characters": MessageCheck(
            "RW109",
            wrong_characters,
            "take the text from its source again, as UTF-8, and without invisible characters",
        ),
        "residue": MessageCheck(
            "RW110",
            Residue(role).look,
            "convert the text to plain text or Markdown, as the role writes it",
            habit=_HABIT,
        ),
        "placeholders": MessageCheck(
            "RW111", placeholder, "fill it in, or leave the row out", habit=_HABIT
        ),
        "private_values": MessageCheck(
            "RW112",
            private_value,
            "take it out, or put a made-up one in its place: what is trained can be asked for",
        ),
        "thoughts": MessageCheck(
            "RW113",
            thought,
            "take the reasoning out, or give all answers a whole <think> block first",
            of="answers",
            habit=_THINKS,
        ),
        "repetition": MessageCheck("RW115", repetition, "write the answer anew", of="answers"),
        "base_identity": MessageCheck(
            "RW202",
            BaseIdentity(role).look,
            "let the role speak; a rule with `never_base_identity` checks all answers",
            of="answers",
        ),
    }
