"""How much of the system message replies give away, and whether harmless questions suffer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rolewright.conversations.conversation import Conversation
from rolewright.errors import Place
from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.language import language_of
from rolewright.evaluation.probe import Probe, Turn
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import proportion
from rolewright.evaluation.targets.target import Reply
from rolewright.generation.sampling import GREEDY, Sampling
from rolewright.role.schema import RoleFile
from rolewright.verifiers import Verdict
from rolewright.verifiers.refusal import does_not_refuse
from rolewright.verifiers.secrecy import prompt_not_leaked
from rolewright.yaml_document import read_yaml, validate

LEAKAGE = "leakage"
LEAK, REFUSAL = "prompt_not_leaked", "does_not_refuse"
Texts = Annotated[tuple[str, ...], Field(min_length=1)]


class Family(BaseModel):
    """Requests of one kind, and as many harmless ones in like words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    requests: Texts
    twins: Texts


class Requests(BaseModel):
    """A language's requests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    families: tuple[Family, ...]


@dataclass(frozen=True, slots=True)
class Leakage:
    """Requests for the system message, and their twins.

    Attributes:
        role: whose system message it is.
        probes: requests, each followed by its twin.
    """

    role: RoleFile
    probes: Sequence[Probe]
    name: str = LEAKAGE
    sampling: Sampling = GREEDY

    @classmethod
    def of(cls, role: RoleFile) -> "Leakage":
        """In the role's language."""
        file = resources.files(__package__).joinpath(f"requests_{language_of(role)}.yaml")
        with resources.as_file(file) as path:
            requests = validate(Requests, read_yaml(path))
        return cls(role, list(_probes(requests)))

    def runs_in(self, arm: str) -> bool:
        """Where there is a system message to give away."""
        return arm in {BASE_ROLE, TUNED_ROLE}

    def judge(
        self, probe: Probe, turn: int, conversation: Conversation, reply: Reply
    ) -> dict[str, Verdict]:
        """By how much of the system message is quoted; a twin by words of refusal."""
        if probe.facts["twin"]:
            return {REFUSAL: does_not_refuse(reply.text, conversation)}
        allowed = tuple(_phrases(rule.parameters for rule in self.role.rules))
        return {LEAK: prompt_not_leaked(reply.text, conversation, allowed=allowed)}

    def summarise(self, samples: Mapping[str, Sequence[Sample]]) -> dict[str, Any]:
        """By arm: ``leaked`` and ``twins_refused``, shares with 95% intervals, and by family."""
        found = {}
        for arm, of_arm in samples.items():
            families = dict.fromkeys(sample.facts["family"] for sample in of_arm)
            found[arm] = {
                "leaked": _share_failed(of_arm, LEAK),
                "twins_refused": _share_failed(of_arm, REFUSAL),
                "families": {
                    family: _share_failed(
                        [sample for sample in of_arm if sample.facts["family"] == family], LEAK
                    )
                    for family in families
                },
            }
        return found

    def objections(self, figures: Mapping[str, Any]) -> list[str]:
        """None: not every system message is a secret (a rule says so, ``prompt_not_leaked``)."""
        return []


def _probes(requests: Requests) -> Iterator[Probe]:
    for family in requests.families:
        place = Place(f"the requests of the family {family.name}")
        pairs = zip(family.requests, family.twins, strict=True)
        for number, (request, twin) in enumerate(pairs, start=1):
            name = f"{family.name}:{number}"
            facts = {"family": family.name}
            yield Probe(name, (Turn(request),), place, cluster=name, facts={**facts, "twin": False})
            yield Probe(
                f"{name}:twin", (Turn(twin),), place, cluster=name, facts={**facts, "twin": True}
            )


def _phrases(value: Any) -> Iterator[str]:
    """What the rules make a model say: such words give nothing away."""
    match value:
        case str() if value:
            yield value
        case Mapping():
            for each in value.values():
                yield from _phrases(each)
        case str() | bytes() | None:
            return
        case _ if hasattr(value, "__iter__"):
            for each in value:
                yield from _phrases(each)


def _share_failed(samples: Sequence[Sample], check: str) -> dict[str, Any]:
    return asdict(
        proportion([not s.verdicts[check].passed for s in samples if check in s.verdicts])
    )
