"""Qwen's own format: ``{"conversations": [{"from": "user", "value": "…"}, …]}``."""

from collections.abc import Mapping

from rolewright.conversations.defect import Defect
from rolewright.conversations.formats.draft import Draft, Role
from rolewright.conversations.formats.turn_list import Layout, read_turn_list

ROLES: Mapping[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}

_LAYOUT = Layout("conversations", "from", "value", ROLES)


def read(row: Mapping[str, object]) -> Draft | tuple[Defect, ...]:
    """Read the turns of a row that has ``conversations``."""
    return read_turn_list(row, _LAYOUT)
