"""OpenAI's format: ``{"messages": [{"role": "user", "content": "…"}, …]}``."""

from collections.abc import Mapping

from rolewright.conversations.defect import Defect
from rolewright.conversations.formats.draft import Draft
from rolewright.conversations.formats.turn_list import Layout, read_turn_list

_LAYOUT = Layout(
    "messages",
    "role",
    "content",
    {"system": "system", "user": "user", "assistant": "assistant"},
)


def read(row: Mapping[str, object]) -> Draft | tuple[Defect, ...]:
    """Read the turns of a row that has ``messages``."""
    return read_turn_list(row, _LAYOUT)
