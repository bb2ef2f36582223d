"""All contradictions among the rules of a role."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from rolewright.finding import Finding
from rolewright.role.lint.contradictions.conflicts import conflicts_of
from rolewright.role.lint.contradictions.contradiction import Contradiction
from rolewright.role.lint.contradictions.counted_requirements import counted_requirements
from rolewright.role.lint.contradictions.edges import clashing_edges
from rolewright.role.lint.contradictions.facets import facets_of
from rolewright.role.lint.contradictions.forms import clashing_forms
from rolewright.role.lint.contradictions.ranges import (
    bounds_of,
    bounds_of_phrases,
    empty_ranges,
)
from rolewright.role.lint.contradictions.requirements import requirements_of
from rolewright.role.lint.contradictions.scripts import clashing_languages, crowded_languages
from rolewright.role.lint.contradictions.shapes import clashing_shapes
from rolewright.role.lint.contradictions.together import crowded_phrases
from rolewright.role.schema import RoleFile, Rule


def contradictions(role: RoleFile) -> Iterator[Finding]:
    """Findings about rules that no answer keeps together, each with the scenarios it holds in."""
    found: dict[frozenset[str], Contradiction] = {}
    where: dict[frozenset[str], list[str | None]] = {}
    by_rules: dict[tuple[str, ...], list[Contradiction]] = {}
    scenarios: list[str | None] = [each.id for each in role.scenarios]
    for scenario in scenarios or [None]:
        rules = role.rules_for(scenario)
        ids = tuple(rule.id for rule in rules)
        if ids not in by_rules:
            by_rules[ids] = list(_among(rules))
        for contradiction in by_rules[ids]:
            key = frozenset(rule.id for rule in contradiction.rules)
            if key not in found or contradiction.is_certain > found[key].is_certain:
                found[key] = contradiction
            if scenario not in where.setdefault(key, []):
                where[key].append(scenario)
    for key, contradiction in found.items():
        yield Finding(
            "RW003" if contradiction.is_certain else "RW004",
            role.place(f"rules.{contradiction.rules[0].id}"),
            contradiction.message + _in_scenarios(where[key], role),
            "change one of the rules, or the scenarios that they apply to",
        )


def _among(rules: list[Rule]) -> Iterator[Contradiction]:
    facets = [facet for rule in rules for facet in facets_of(rule)]
    requirements = [each for facet in facets for each in requirements_of(facet)]
    requirements += [each for rule in rules for each in counted_requirements(rule)]
    limits = [bound for rule in rules for bound in bounds_of(rule)]
    lengths = [bound for each in requirements for bound in bounds_of_phrases(each)]
    yield from empty_ranges([*limits, *lengths])
    for first, second in combinations(rules, 2):
        yield from clashing_edges(first, second)
        yield from clashing_languages(first, second)
        yield from clashing_shapes(first, second)
        yield from clashing_forms(first, second)
    for rule in rules:
        yield from crowded_languages(rule, requirements, limits)
    yield from crowded_phrases(requirements, limits)
    for requirement in requirements:
        others = [facet for facet in facets if facet.rule.id != requirement.rule.id]
        yield from conflicts_of(requirement, others)


def _in_scenarios(scenarios: Iterable[str | None], role: RoleFile) -> str:
    names = [f"{scenario!r}" for scenario in scenarios if scenario is not None]
    if len(names) == len(role.scenarios):
        return ""
    return f", in the scenario{'s' if len(names) > 1 else ''} {', '.join(names)}"
