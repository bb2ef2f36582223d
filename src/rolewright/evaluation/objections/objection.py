"""One thing that stands against "took hold", and how a language says it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import groupby
from typing import Any

import yaml

from rolewright.role.language import Language

Name = Callable[[str, str], str]
"""What a group of names ("arms", "families") calls one of its keys."""


def _own_name(group: str, key: str) -> str:
    return key


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that stands against "took hold".

    Attributes:
        kind: a key of ``en.yaml`` and ``zh.yaml``.
        values: JSON values that their sentence asks for.
    """

    kind: str
    values: Mapping[str, Any]

    def as_record(self, suite: str) -> dict[str, Any]:
        """For results, with its words in English."""
        text = tell(self.kind, self.values)
        return {"suite": suite, "kind": self.kind, "values": dict(self.values), "text": text}


def tell(
    kind: str, values: Mapping[str, Any], language: Language = "en", name: Name = _own_name
) -> str:
    """Say what stands against "took hold", without a full stop.

    Args:
        kind: of the objection.
        values: its own; an arm, rising numbers, and shares by name are put into words.
        language: of the words.
        name: what arms and families are called; left out = by their keys.

    Raises:
        KeyError: there is no such kind, or a value that its sentence asks for is missing.
    """
    words = _read_words(language)

    def told(key: str, value: Any) -> Any:
        match value:
            case str() if key == "arm":
                return name("arms", value)
            case Mapping():
                shares = (words["share"].format(name=name(key, n), **s) for n, s in value.items())
                return words["comma"].join(shares)
            case Sequence() if not isinstance(value, str):
                return words["comma"].join(_ranges(value))
        return value

    return words[kind].format(**{key: told(key, value) for key, value in values.items()})


def _ranges(numbers: Sequence[int]) -> list[str]:
    """Rising numbers in words, neighbours together: 3, 8–20."""
    # What all neighbours share is the distance from their place in the list.
    ranges = groupby(enumerate(numbers), key=lambda numbered: numbered[1] - numbered[0])
    runs = [[number for _, number in run] for _, run in ranges]
    return [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]


@lru_cache
def _read_words(language: Language) -> Mapping[str, str]:
    file = resources.files(__package__).joinpath(f"{language}.yaml")
    words: dict[str, str] = yaml.safe_load(file.read_text("utf-8"))
    return words
