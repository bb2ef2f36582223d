"""The simpler rules that a rule implies.

Several verifiers ask for more than one thing: `refuses_topic` for a refusal or a redirection, and
that nothing is given away. An answer that keeps such a rule keeps each of the simpler ones, so that
what contradicts one of them contradicts the rule.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from rolewright.role.schema import Rule
from rolewright.verifiers import find_verifier


@dataclass(frozen=True, slots=True)
class Facet:
    """A rule, or one that it implies.

    Attributes:
        rule: with the id of the rule that implies it.
        topics: what the user has to mention for it to hold; empty = it always does.
    """

    rule: Rule
    topics: tuple[str, ...] = ()


def facets_of(rule: Rule) -> tuple[Facet, ...]:
    """What a rule implies; the rule itself where nothing simpler is known of it."""
    build = _FACETS.get(rule.verifier.name)
    return (Facet(rule),) if build is None else tuple(build(rule))


def _implied(rule: Rule, name: str, **parameters: Any) -> Rule:
    verifier = find_verifier(name)
    if verifier is None:
        raise ValueError(f"no verifier {name!r}")
    valid = verifier.parameters.model_validate(parameters)
    fields = verifier.parameters.model_fields
    return replace(
        rule, verifier=verifier, parameters={field: getattr(valid, field) for field in fields}
    )


def _says(rule: Rule, phrases: tuple[str, ...], mode: str, whole_words: bool) -> Rule:
    return _implied(rule, "must_include", phrases=phrases, mode=mode, whole_words=whole_words)


def _refuses_topic(rule: Rule) -> Iterator[Facet]:
    topics, whole = rule.parameters["topics"], rule.parameters["whole_words"]
    if forbidden := rule.parameters["forbidden"]:
        never = _implied(rule, "never_say", phrases=forbidden, whole_words=whole)
        yield Facet(never, topics)
    if redirect := rule.parameters["redirect"]:
        yield Facet(_says(rule, redirect, "any", whole), topics)
    else:
        yield Facet(_implied(rule, "refuses", extra=rule.parameters["extra"]), topics)


def _answers_in_scope(rule: Rule) -> Iterator[Facet]:
    topics, whole = rule.parameters["topics"], rule.parameters["whole_words"]
    yield Facet(_implied(rule, "does_not_refuse", extra=rule.parameters["extra"]), topics)
    if redirect := rule.parameters["redirect"]:
        yield Facet(_implied(rule, "never_say", phrases=redirect, whole_words=whole), topics)
    if expected := rule.parameters["expected"]:
        yield Facet(_says(rule, expected, "any", whole), topics)


def _disclaimer_when(rule: Rule) -> Iterator[Facet]:
    # What an answer mentions is up to it, so that nothing is required where "answer" is searched.
    if rule.parameters["where"] != "answer":
        said = _says(rule, rule.parameters["disclaimers"], "any", rule.parameters["whole_words"])
        yield Facet(said, rule.parameters["triggers"])


def _has_keywords(rule: Rule) -> Iterator[Facet]:
    yield Facet(_says(rule, rule.parameters["keywords"], "all", False))


def _has_keyword(rule: Rule) -> Iterator[Facet]:
    if rule.parameters["relation"] == "at least" and rule.parameters["frequency"]:
        yield Facet(_says(rule, (rule.parameters["keyword"],), "all", False))
    yield Facet(rule)


def _has_headings(rule: Rule) -> Iterator[Facet]:
    yield Facet(_says(rule, rule.parameters["headings"], "all", False))
    yield Facet(rule)


def _has_option(rule: Rule) -> Iterator[Facet]:
    yield Facet(_says(rule, rule.parameters["options"], "any", False))
    yield Facet(rule)


def _ends_with(rule: Rule) -> Iterator[Facet]:
    yield Facet(_says(rule, (rule.parameters["end_phrase"],), "all", False))


_FACETS: dict[str, Callable[[Rule], Iterator[Facet]]] = {
    "answers_in_scope": _answers_in_scope,
    "detectable_format:constrained_response": _has_option,
    "disclaimer_when": _disclaimer_when,
    "format:output_template": _has_headings,
    "keywords:existence": _has_keywords,
    "keywords:frequency": _has_keyword,
    "ordered_template": _has_headings,
    "refuses_topic": _refuses_topic,
    "startend:end_checker": _ends_with,
}
