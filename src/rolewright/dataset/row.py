"""A training row as the checks see it."""

from dataclasses import dataclass

from rolewright.conversations.conversation import Conversation
from rolewright.role.resolve import effective_system
from rolewright.role.schema import RoleFile


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation under its effective system message.

    Attributes:
        conversation: as it was read.
        system: the text that it is trained under: its own, else the role's; None = none.
    """

    conversation: Conversation
    system: str | None


def resolve_row(conversation: Conversation, role: RoleFile) -> Row:
    """Give a conversation the system message that it is trained under."""
    return Row(conversation, effective_system(conversation, role.system))
