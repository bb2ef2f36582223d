"""The system messages that twins stand under."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rolewright.conversations.control_tokens import control_tokens_in
from rolewright.errors import Fault, UserError
from rolewright.role.language import language_of
from rolewright.role.schema import RoleFile
from rolewright.yaml_document import read_yaml, validate

_FRAMES = {
    "en": (
        "Instructions for this conversation:\n\n{}",
        "# Role\n\n{}\n\n# Task\n\nAnswer the user within this role.",
        "This is who you are and how you answer.\n---\n{}\n---",
        "{}\n\nKeep to this in every answer.",
        "Read the following carefully and act on it.\n\n{}",
        'The operator of this service says:\n"""\n{}\n"""',
    ),
    "zh": (
        "以下是本次对话的要求：\n\n{}",
        "# 角色\n\n{}\n\n# 任务\n\n请以上述角色回答用户。",
        "请记住你的身份和回答方式：\n---\n{}\n---",
        "{}\n\n请在每次回答中遵守以上要求。",
        "请仔细阅读以下内容，并按其执行。\n\n{}",
        "本服务的运营者说明如下：\n“{}”",
    ),
}
"""The role's text stays whole inside each."""


class ForeignMessages(BaseModel):
    """A file of system messages that have nothing to do with the role."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system_messages: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)], ...],
        Field(min_length=1),
    ]


def foreign_messages(role: RoleFile, file: Path | None) -> list[str]:
    """System messages of other roles.

    Args:
        role: in whose language the built-in ones are; its own message is left out.
        file: YAML with a list ``system_messages``; None = the built-in ones, in Chinese for a role
            that speaks Chinese, else in English.

    Raises:
        UserError: the file is another, a message in it holds a control token, or none differs from
            the role's.
    """
    name = f"foreign_{language_of(role)}.yaml"
    builtin = resources.files("rolewright.augmentation").joinpath(name)
    with resources.as_file(builtin) as path:
        document = read_yaml(path if file is None else file)
    messages = validate(ForeignMessages, document).system_messages
    faults = [
        Fault(
            document.place(("system_messages", index)),
            f"it holds the control token {token!r}",
            "plain text: the chat template adds the control tokens",
            "remove it",
        )
        for index, text in enumerate(messages)
        for token in control_tokens_in(text)
    ]
    if faults:
        raise UserError(*faults)
    others = [text for text in dict.fromkeys(messages) if text != role.system]
    if not others:
        raise UserError.at(
            document.file, "no message in it differs from the role's", fix="add some"
        )
    return others


def paraphrases(role: RoleFile) -> list[str]:
    """The role's system message in other words: those of the role file, else its text in frames."""
    return list(dict.fromkeys(role.paraphrases or _framed(role)))


def _framed(role: RoleFile) -> Iterator[str]:
    for frame in _FRAMES[language_of(role)]:
        yield frame.format(role.system)
