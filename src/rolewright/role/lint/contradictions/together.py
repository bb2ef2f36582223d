"""Phrases that each fit an answer, and together do not."""

from collections.abc import Iterator, Sequence

from rolewright.role.lint.contradictions.contradiction import Contradiction
from rolewright.role.lint.contradictions.ranges import Bound
from rolewright.role.lint.contradictions.requirement import Requirement
from rolewright.role.schema import Rule
from rolewright.verifiers.matching import fold_phrase, quoted
from rolewright.verifiers.segmentation import Unit, units_of

_UNITS: tuple[Unit, ...] = ("words", "han")


def crowded_phrases(
    requirements: Sequence[Requirement], bounds: Sequence[Bound]
) -> Iterator[Contradiction]:
    """The fewest phrases, all required, that are longer together than a rule allows.

    Phrases that could overlap in an answer are not added up. Two phrases may share a word where
    they meet ("state" and "art" in "state-of-the-art"), which is allowed for.
    """
    required = [
        (requirement.rule, requirement.options[0].phrase)
        for requirement in requirements
        if len(requirement.options) == 1 and not requirement.when and not requirement.is_whole
    ]
    for bound in bounds:
        for unit in _UNITS:
            if bound.field == unit and not bound.is_least:
                found = _exceeding(required, unit, bound.value)
                if len(found) > 1:
                    said = " and ".join(f"{quoted(phrase)} ({rule.id})" for rule, phrase in found)
                    rules = {rule.id: rule for rule, _ in found}
                    yield Contradiction(
                        (*rules.values(), bound.rule),
                        True,
                        f"says {said}, which together have more than {bound.value} {unit}, "
                        f"and {bound.said} ({bound.rule.id})",
                    )


def _exceeding(
    required: Sequence[tuple[Rule, str]], unit: Unit, limit: int
) -> list[tuple[Rule, str]]:
    """Phrases whose length adds up to more than the limit, the longest first; else none."""
    chosen: list[tuple[Rule, str]] = []
    length = 0
    for rule, phrase in sorted(required, key=lambda each: -len(units_of(each[1], unit))):
        count = len(units_of(phrase, unit))
        if count and not any(_may_overlap(phrase, other) for _, other in chosen):
            shared = 1 if chosen and unit == "words" else 0
            length += count - shared
            chosen.append((rule, phrase))
            if length > limit:
                return chosen
    return []


def _may_overlap(first: str, second: str) -> bool:
    a, b = fold_phrase(first), fold_phrase(second)
    if a in b or b in a:
        return True
    lengths = range(1, min(len(a), len(b)))
    return any(a.endswith(b[:length]) or b.endswith(a[:length]) for length in lengths)
