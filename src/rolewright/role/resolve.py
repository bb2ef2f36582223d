"""Whose system text wins."""

from dataclasses import replace

from rolewright.conversations.conversation import Conversation


def resolve_system(conversation: Conversation, role_system: str | None) -> Conversation:
    """Give a conversation its effective system message.

    The conversation's own wins, also an empty one or none at all where it says so; else the role
    file's; else it has none.

    Args:
        conversation: as read.
        role_system: the role file's system text, or None.
    """
    system = effective_system(conversation, role_system)
    return conversation if system == conversation.system else replace(conversation, system=system)


def effective_system(conversation: Conversation, role_system: str | None) -> str | None:
    """The system message that ``resolve_system`` gives a conversation."""
    own = conversation.system
    return role_system if own is None and not conversation.without_role else own
