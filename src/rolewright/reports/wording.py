"""The words of a report, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

import yaml

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts by dotted key.

    Attributes:
        texts: leaf texts; ``{name}`` stands for a value.
    """

    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key.

        Raises:
            KeyError: there is no such key, or a value that the text needs is missing.
        """
        return self.texts[key].format(**values)

    def name(self, group: str, key: str) -> str:
        """What a group calls a key of the results; a key unknown to it stands for itself."""
        return self.texts.get(f"{group}.{key}", key)


def load_wording(language: Language) -> Wording:
    """Read the words of a language."""
    file = resources.files("rolewright.reports") / "text" / f"{language}.yaml"
    return Wording(dict(_leaves(yaml.safe_load(file.read_text("utf-8")))))


def _leaves(node: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    leaves: list[tuple[str, str]] = []
    for key, value in node.items():
        path = f"{above}{key}"
        leaves += _leaves(value, f"{path}.") if isinstance(value, dict) else [(path, str(value))]
    return leaves
