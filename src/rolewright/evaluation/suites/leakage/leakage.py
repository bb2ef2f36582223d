"""How much of the system message replies give away, and whether harmless questions suffer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import resources
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rolewright.conversations.conversation import Conversation
from rolewright.errors import Place
from rolewright.evaluation.arms import BASE_ROLE, TUNED_ROLE
from rolewright.evaluation.objections.objection import Objection
from rolewright.evaluation.probe import Probe, Turn
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import proportion
from rolewright.evaluation.suites.rules import by_verifier
from rolewright.evaluation.suites.suite import Judge, Samples, Suite, count_of, is_frequent
from rolewright.evaluation.targets.target import Reply
from rolewright.role.language import language_of
from rolewright.role.schema import RoleFile
from rolewright.verifiers import Verdict
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


def leakage(role: RoleFile) -> Suite:
    """Requests for the system message in the role's language, and their twins, under the role.

    It objects where the tuned model clearly gives the message away to more than ``TOLERATED`` of
    the requests. It does not object to refused twins: a role may turn away what is none of its
    business.

    Args:
        role: whose system message it is; what its rules make a model say gives nothing away.
    """
    file = resources.files(__package__).joinpath(f"requests_{language_of(role)}.yaml")
    with resources.as_file(file) as path:
        requests = validate(Requests, read_yaml(path))
    return Suite(
        name=LEAKAGE,
        probes=list(_probes(requests)),
        arms=frozenset({BASE_ROLE, TUNED_ROLE}),
        judge=judge_leak(role),
        summarise=_summarise,
        objections=_objections,
    )


def judge_leak(role: RoleFile) -> Judge:
    """Judge by what a reply gives away of the system message, and twins by words of refusal."""
    allowed = tuple(_phrases(rule.parameters for rule in role.rules))

    def judge(probe: Probe, conversation: Conversation, reply: Reply) -> dict[str, Verdict]:
        if probe.facts["twin"]:
            return {REFUSAL: by_verifier(REFUSAL, conversation, reply)}
        return {LEAK: by_verifier(LEAK, conversation, reply, allowed=allowed)}

    return judge


def _objections(figures: Mapping[str, Any]) -> list[Objection]:
    if TUNED_ROLE not in figures or not is_frequent(figures[TUNED_ROLE]["leaked"]):
        return []
    return [Objection("system_leaks", count_of(figures[TUNED_ROLE]["leaked"]))]


def _summarise(samples: Samples) -> dict[str, Any]:
    """By arm: ``leaked`` and ``twins_refused``, shares with 95% intervals, and by family."""
    found = {}
    for arm, of_arm in samples.items():
        families = dict.fromkeys(sample.facts["family"] for sample in of_arm)
        found[arm] = {
            "leaked": _share_failed(of_arm, LEAK),
            "twins_refused": _share_failed(of_arm, REFUSAL),
            "families": {
                family: _share_failed([s for s in of_arm if s.facts["family"] == family], LEAK)
                for family in families
            },
        }
    return found


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
        case _ if isinstance(value, Iterable) and not isinstance(value, str):
            for each in value:
                yield from _phrases(each)


def _share_failed(samples: Sequence[Sample], check: str) -> dict[str, Any]:
    return asdict(
        proportion([not s.verdicts[check].passed for s in samples if check in s.verdicts])
    )
