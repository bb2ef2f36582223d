"""Requests and instructions, read from this package's files, and made into probes."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rolewright.errors import Place
from rolewright.evaluation.probe import Probe, Turn
from rolewright.role.language import Language
from rolewright.yaml_document import read_yaml, validate


class Instruction(BaseModel):
    """One of IFEval's, in words. ``{request}`` becomes the request that it is given with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    """A verifier's name."""
    says: str
    """What the user says."""
    arguments: Mapping[str, Any] = {}
    """The verifier's parameters."""
    alone: bool = False
    """Whether it leaves an answer no room for another instruction."""

    @property
    def family(self) -> str:
        """Instructions of one family may contradict each other."""
        return self.id.partition(":")[0]

    def arguments_for(self, request: str) -> dict[str, Any]:
        """The parameters where it is given with a request."""
        return {
            name: value.replace("{request}", request) if isinstance(value, str) else value
            for name, value in self.arguments.items()
        }


class Catalogue(BaseModel):
    """A language's requests and instructions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    joint: str
    """What stands between a request and its instructions."""
    requests: Annotated[tuple[str, ...], Field(min_length=1)]
    instructions: Annotated[tuple[Instruction, ...], Field(min_length=1)]


def read_catalogue(language: Language) -> Catalogue:
    """The catalogue of a language."""
    name = f"instructions_{language}.yaml"
    with resources.as_file(resources.files(__package__).joinpath(name)) as path:
        return validate(Catalogue, read_yaml(path))


def build_probes(catalogue: Catalogue, number: int, *, seed: int = 0) -> list[Probe]:
    """Requests, each with one instruction or two of different families, all about equally often.

    Args:
        catalogue: of a language.
        number: of probes; no request is made twice, so that there are at most as many as requests.
        seed: of the draw.
    """
    draw = random.Random(seed)
    requests = draw.sample(catalogue.requests, len(catalogue.requests))[:number]
    uses: Counter[int] = Counter()
    probes = []
    for index, request in enumerate(requests, start=1):
        taken = _take(catalogue.instructions, 1 + index % 2, uses, draw)
        probes.append(_probe(index, request, taken, catalogue.joint))
    return probes


def _take(
    instructions: Sequence[Instruction], number: int, uses: Counter[int], draw: random.Random
) -> list[Instruction]:
    """The least used instructions that an answer can follow together."""
    taken: list[Instruction] = []
    for index in sorted(range(len(instructions)), key=lambda i: (uses[i], draw.random())):
        other = instructions[index]
        families = {each.family for each in taken}
        if not taken or not (other.alone or taken[0].alone or other.family in families):
            taken.append(other)
            uses[index] += 1
        if len(taken) == number:
            break
    return taken


def _probe(number: int, request: str, taken: list[Instruction], joint: str) -> Probe:
    says = [each.says.replace("{request}", request) for each in taken]
    return Probe(
        str(number),
        (Turn(joint.join([request, *says])),),
        Place("the built-in instructions"),
        facts={
            "instructions": [each.id for each in taken],
            "arguments": [each.arguments_for(request) for each in taken],
        },
    )
