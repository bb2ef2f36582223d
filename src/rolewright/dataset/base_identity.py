"""Answers in which the model underneath speaks instead of the role."""

import re
from typing import Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.row import Row
from rolewright.role.schema import RoleFile
from rolewright.verifiers.identity import never_base_identity, no_meta_talk
from rolewright.verifiers.matching import quoted

_NAMES: Final = re.compile(
    r"qwen|qwq|tongyi|alibaba|aliyun|smollm|hugging ?face|openai|gpt|anthropic|deepseek"
    r"|language model"
    r"|通义|千问|阿里|深度求索|文心|语言模型",
    re.IGNORECASE,
)
_RULES = frozenset({"never_base_identity", "no_meta_talk"})


class BaseIdentity:
    """Looks at the answers of a role that has no rule about it: what a rule says, RW201 finds."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        told = f"{role.name} {role.description} {role.system or ''}"
        self._is_left_open = not _NAMES.search(told) and not any(
            rule.verifier.name in _RULES for rule in role.rules
        )

    def look(self, message: Message, row: Row) -> str | None:
        """A claim to be, or to be made by, what lies underneath."""
        if not self._is_left_open or row.system != self._role.system:
            return None
        if not _NAMES.search(message.content):
            return None
        for verdict in (
            never_base_identity(message.content, row.conversation, where="claims"),
            no_meta_talk(message.content, row.conversation),
        ):
            said = message.content[slice(*verdict.span)] if verdict.span else ""
            if not verdict.passed and _NAMES.search(said):
                return f"speaks as the model underneath: {quoted(said)}"
        return None
