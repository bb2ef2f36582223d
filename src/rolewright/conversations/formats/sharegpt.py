"""ShareGPT's format: ``{"conversations": [{"from": "human", "value": "…"}, …]}``."""

from collections.abc import Mapping

from rolewright.conversations.defect import Defect
from rolewright.conversations.formats import qwen
from rolewright.conversations.formats.draft import Draft, Role
from rolewright.conversations.formats.turn_list import Layout, read_turn_list

OWN_ROLES: Mapping[str, Role] = {"human": "user", "gpt": "assistant"}

# Collections put together from several sources mix the names even inside one row.
_LAYOUT = Layout("conversations", "from", "value", {**OWN_ROLES, **qwen.ROLES})


def read(row: Mapping[str, object]) -> Draft | tuple[Defect, ...]:
    """Read the turns of a row that has ``conversations``; Qwen's names are understood too."""
    return read_turn_list(row, _LAYOUT)
