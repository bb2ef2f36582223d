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
    if conversation.system is not None or conversation.without_role:
        return conversation
    return replace(conversation, system=role_system)
