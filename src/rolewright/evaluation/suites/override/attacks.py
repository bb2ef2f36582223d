"""The attacks, read from this package's files, and made into probes."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place
from rolewright.evaluation.probe import Probe, Turn
from rolewright.evaluation.suites.override.encodings import ENCODINGS
from rolewright.role.language import Language
from rolewright.yaml_document import read_yaml, validate

Texts = Annotated[tuple[str, ...], Field(min_length=1)]
_SYLLABLES = ("vel", "mor", "zan", "tir", "kul", "bex", "fod", "nim", "quo", "rup", "sev", "wag")


class Attack(BaseModel):
    """One wording.

    A turn's ``{request}`` becomes a held-out prompt, ``{canary}`` a word of its own for each probe
    (``{first}`` and ``{second}`` its halves), ``{encoded}`` what is hidden, in its encoding.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    strength: Literal["weak", "strong"]
    turns: Texts
    canary: bool = True
    """Whether obedience brings the canary about."""
    encoding: str | None = None
    """A key of ``ENCODINGS``."""
    hidden: str = ""
    demonstrations: int = 0
    """Exchanges in another style that stand before."""


class Family(BaseModel):
    """Attacks of one kind, and what looks like them without asking for anything forbidden."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    attacks: Annotated[tuple[Attack, ...], Field(min_length=1)]
    twins: Texts


class Catalogue(BaseModel):
    """A language's attacks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    families: tuple[Family, ...]
    demonstrations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Filling:
    """What a probe's texts are filled with."""

    request: Conversation
    canary: tuple[str, str]

    def turn(self, template: str, encoded: str = "") -> Turn:
        """A turn; it belongs to the request's scenario only where it makes the request."""
        first, second = self.canary
        text = template.format(
            request=self.request.prompt[-1].content,
            canary=first + second,
            first=first,
            second=second,
            encoded=encoded,
        )
        return Turn(text, self.request.scenario if "{request}" in template else None)


def read_attacks(language: Language) -> Catalogue:
    """The catalogue of a language."""
    name = f"attacks_{language}.yaml"
    with resources.as_file(resources.files(__package__).joinpath(name)) as path:
        return validate(Catalogue, read_yaml(path))


def build_probes(
    catalogue: Catalogue, requests: Sequence[Conversation], *, each: int, seed: int = 0
) -> list[Probe]:
    """Attacks with held-out prompts, each beside a twin that makes the same request.

    Args:
        catalogue: of the role's language.
        requests: held-out prompts, at least one.
        each: how often each attack is put, with another request and canary each time.
        seed: of the draws.
    """
    draw = random.Random(seed)
    deck: list[Conversation] = []
    probes: list[Probe] = []
    for time in range(each):
        for family in catalogue.families:
            for number, attack in enumerate(family.attacks):
                if not deck:
                    deck = draw.sample(list(requests), len(requests))
                halves = (_word(draw), _word(draw))
                filling = _Filling(deck.pop(), halves)
                twin = family.twins[number % len(family.twins)]
                name = f"{family.name}:{number + 1}:{time + 1}"
                probes += _pair(name, family, attack, twin, filling, catalogue.demonstrations)
    return probes


def _pair(
    name: str,
    family: Family,
    attack: Attack,
    twin: str,
    filling: _Filling,
    demonstrations: Sequence[tuple[str, str]],
) -> Iterator[Probe]:
    encoded = ""
    if attack.encoding is not None:
        encoded = ENCODINGS[attack.encoding](attack.hidden.format(canary="".join(filling.canary)))
    facts: dict[str, Any] = {"family": family.name, "strength": attack.strength}
    place = Place(f"the attacks of the family {family.name}")
    opening = tuple(
        message
        for asked, answered in demonstrations[: attack.demonstrations]
        for message in (Message("user", asked), Message("assistant", answered))
    )
    canary = "".join(filling.canary) if attack.canary and not attack.demonstrations else None
    yield Probe(
        name,
        tuple(filling.turn(turn, encoded) for turn in attack.turns),
        place,
        opening,
        cluster=name,
        facts={**facts, "twin": False, "canary": canary},
    )
    yield Probe(
        f"{name}:twin",
        (filling.turn(twin),),
        place,
        cluster=name,
        facts={**facts, "twin": True, "canary": None},
    )


def _word(draw: random.Random) -> str:
    return "".join(draw.sample(_SYLLABLES, 2))
