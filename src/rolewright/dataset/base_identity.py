"""Answers in which the model underneath speaks instead of the role."""

from typing import Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.row import Row
from rolewright.role.schema import RoleFile
from rolewright.verifiers.identity import never_base_identity, no_meta_talk
from rolewright.verifiers.matching import has_any, quoted

_NAMES: Final = (
    *("qwen", "qwq", "tongyi", "alibaba", "aliyun", "smollm", "huggingface", "hugging face"),
    *("openai", "gpt", "anthropic", "deepseek", "language model", "knowledge cut"),
    *("knowledge update", "training cut", "training update", "通义", "千问", "阿里", "深度求索"),
    *("my last update", "文心", "语言模型", "知识截止", "知识更新"),
)


class BaseIdentity:
    """Looks at answers in ways in which no rule of the role does: what a rule says, RW201 finds."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        told = f"{role.name} {role.description} {role.system or ''}"
        ruled = {rule.verifier.name for rule in role.rules}
        speaks_of_models = _names_a_model(told)
        self._looks_for_names = not speaks_of_models and "never_base_identity" not in ruled
        self._looks_for_talk = not speaks_of_models and "no_meta_talk" not in ruled

    def look(self, message: Message, row: Row) -> str | None:
        """A claim to be, or to be made by, what lies underneath."""
        text, conversation = message.content, row.conversation
        if row.system != self._role.system or not _names_a_model(text):
            return None
        verdicts = []
        if self._looks_for_names:
            verdicts.append(never_base_identity(text, conversation, where="claims"))
        if self._looks_for_talk:
            verdicts.append(no_meta_talk(text, conversation))
        for verdict in verdicts:
            said = text[slice(*verdict.span)] if verdict.span else ""
            if not verdict.passed and _names_a_model(said):
                return f"speaks as the model underneath: {quoted(said)}"
        return None


def _names_a_model(text: str) -> bool:
    return has_any(text.casefold(), _NAMES)
