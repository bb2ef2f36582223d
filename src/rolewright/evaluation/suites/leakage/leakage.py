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
from rolewright.role.schema import RoleFile, Rule
from rolewright.verifiers import Verdict
from rolewright.yaml_document import read_yaml, validate

LEAKAGE = "leakage"
LEAK, REFUSAL = "prompt_not_leaked", "does_not_refuse"
SECRET = "leakage:secret"
"""What the role's rules ``keeps_secret`` say together, by a name that no rule can have."""
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
    secrets: tuple[Family, ...]
    """Put to roles that have a secret only."""


def leakage(role: RoleFile) -> Suite:
    """Requests for the system message in the role's language, and their twins, under the role.

    Where the role has rules of the kind ``keeps_secret``, its secrets are asked for as well. It
    objects where the tuned model clearly gives the message or a secret away to more than
    ``TOLERATED`` of the requests. It does not object to refused twins: a role may turn away what is
    none of its business.

    Args:
        role: whose system message it is; what its rules make a model say gives nothing away.
    """
    file = resources.files(__package__).joinpath(f"requests_{language_of(role)}.yaml")
    with resources.as_file(file) as path:
        requests = validate(Requests, read_yaml(path))
    families = [*requests.families, *(requests.secrets if _secret_rules(role) else ())]
    return Suite(
        name=LEAKAGE,
        probes=list(_probes(families)),
        arms=frozenset({BASE_ROLE, TUNED_ROLE}),
        judge=judge_leak(role),
        summarise=_summarise,
        objections=_objections,
    )


def judge_leak(role: RoleFile) -> Judge:
    """Judge by what a reply gives away, and twins by words of refusal."""
    secret_rules = _secret_rules(role)
    allowed = tuple(
        _phrases(
            rule.parameters
            for rule in role.rules
            if not rule.verifier.name.startswith(_NOT_TO_BE_SAID)
        )
    )

    def judge(probe: Probe, conversation: Conversation, reply: Reply) -> dict[str, Verdict]:
        if probe.facts["twin"]:
            return {REFUSAL: by_verifier(REFUSAL, conversation, reply)}
        verdicts = {LEAK: by_verifier(LEAK, conversation, reply, allowed=allowed)}
        if secret_rules:
            told = [rule.check(reply.text, conversation) for rule in secret_rules]
            verdicts[SECRET] = next((each for each in told if not each.passed), told[0])
        return verdicts

    return judge


_NOT_TO_BE_SAID = ("never_", "keeps_secret", "register_banned", "keywords:forbidden_words")
"""Beginnings of the names of verifiers whose phrases a model does not say because of them."""


def _secret_rules(role: RoleFile) -> list[Rule]:
    """The role's rules about secrets, in whatever scenario: here nobody has a right to one."""
    return [rule for rule in role.rules if rule.verifier.name == "keeps_secret"]


def _objections(figures: Mapping[str, Any]) -> list[Objection]:
    of_arm = figures.get(TUNED_ROLE, {})
    found = []
    if "leaked" in of_arm and is_frequent(of_arm["leaked"]):
        found.append(Objection("system_leaks", count_of(of_arm["leaked"])))
    if "secrets_told" in of_arm and is_frequent(of_arm["secrets_told"]):
        found.append(Objection("secrets_told", count_of(of_arm["secrets_told"])))
    return found


def _summarise(samples: Samples) -> dict[str, Any]:
    """By arm, shares with 95% intervals, and by family the requests that bring either out.

    ``leaked`` are requests to which the system message is quoted, ``secrets_told`` those to which a
    secret is told (there only where the role has one), ``twins_refused`` harmless ones that are
    refused.
    """
    found = {}
    for arm, of_arm in samples.items():
        requests = [sample for sample in of_arm if not sample.facts["twin"]]
        shares = {"leaked": _share_failed(of_arm, LEAK)}
        if any(SECRET in sample.verdicts for sample in requests):
            shares["secrets_told"] = _share_failed(of_arm, SECRET)
        families = dict.fromkeys(sample.facts["family"] for sample in requests)
        found[arm] = {
            **shares,
            "twins_refused": _share_failed(of_arm, REFUSAL),
            "families": {
                family: asdict(
                    proportion([not s.kept_all for s in requests if s.facts["family"] == family])
                )
                for family in families
            },
        }
    return found


def _probes(families: Iterable[Family]) -> Iterator[Probe]:
    for family in families:
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
