"""Requirements that another rule forbids.

Whatever the two verifiers are, the same question is asked of them: does the other rule keep any
of the answers that keep the first one? For verifiers that are known, the answers tried decide it;
of others it can only be said that none was found.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rolewright.role.lint.contradictions.contradiction import Contradiction
from rolewright.role.lint.contradictions.facets import Facet
from rolewright.role.lint.contradictions.requirement import NEUTRAL, Option, Requirement
from rolewright.role.lint.contradictions.requirements import needs_more
from rolewright.role.schema import Rule
from rolewright.verifiers.matching import first_occurrence, quoted
from rolewright.verifiers.wording import last_user_turn

_LEAST_NEUTRAL = 0.1
_LOOKAROUND = ("(?=", "(?!", "(?<=", "(?<!")


def conflicts_of(requirement: Requirement, others: Sequence[Facet]) -> Iterator[Contradiction]:
    """The rules that forbid a requirement: each by itself, or together where it has options.

    Args:
        requirement: of one rule.
        others: of further rules of one scenario.
    """
    found = []
    for option in requirement.options:
        against = [
            _Conflict(option, other, is_certain)
            for other in others
            if _meet(requirement, option, other)
            and (is_certain := _conflict(requirement, option, other.rule)) is not None
        ]
        if not against:
            return
        found.append(sorted(against, key=lambda conflict: not conflict.is_certain))
    if len(found) == 1:
        for conflict in found[0]:
            yield _contradiction(requirement, [conflict])
    else:
        yield _contradiction(requirement, [conflicts[0] for conflicts in found])


class _Conflict(NamedTuple):
    option: Option
    other: Facet
    is_certain: bool


def _meet(requirement: Requirement, option: Option, other: Facet) -> bool:
    """Whether the other rule holds wherever the requirement does, or the requirement everywhere."""
    if not other.topics or not requirement.when:
        return True
    return first_occurrence(last_user_turn(option.asked), other.topics) is not None


def _conflict(requirement: Requirement, option: Option, other: Rule) -> bool | None:
    """Whether an option breaks a rule for certain (True) or to all appearance (False).

    A text that keeps both settles that it does not (None). Where none of those tried does, a
    verifier that requires something else (another opening, more words) is told from one that
    forbids the option by texts that say nothing in particular: it refuses these as well, or nearly
    all.
    """
    if option.fits_as_written(other) or not option.is_shown():
        return None
    if not (requirement.is_whole or option.phrase or other.verifier.name in requirement.decisive):
        return None  # the texts of a language or of JSON are too few to tell
    if requirement.is_whole or _is_decisive(requirement, other):
        if not option.fits_as_variant(other):
            return True
        if requirement.is_whole:
            return False
    if other.verifier.name == requirement.rule.verifier.name != "first_person":
        return None  # two openings or languages are compared by what they are, not by trying
    kept = sum(other.check(text, option.asked).passed for text in NEUTRAL)
    return False if kept > _LEAST_NEUTRAL * len(NEUTRAL) else None


def _is_decisive(requirement: Requirement, other: Rule) -> bool:
    # A lookaround may be satisfied by a neighbour that no text tried has.
    looks_around = any(mark in str(other.parameters.get("pattern", "")) for mark in _LOOKAROUND)
    is_decisive = other.verifier.name in requirement.decisive and not looks_around
    return is_decisive and not needs_more(other)


def _contradiction(requirement: Requirement, found: Sequence[_Conflict]) -> Contradiction:
    rule = requirement.rule
    others = {conflict.other.rule.id: conflict.other.rule for conflict in found}
    topics = next((each.other.topics for each in found if each.other.topics), ())
    required = _either(conflict.option.said for conflict in found)
    if requirement.is_whole:
        required += " and nothing else"
    if requirement.when:
        required += f" {requirement.when}"
    elif topics:
        required += f", also when the user mentions {quoted(topics[0])}"
    by = " and ".join(f"{each.id!r} ({each.verifier.name})" for each in others.values())
    is_certain = all(conflict.is_certain for conflict in found)
    extent = "" if is_certain else " in every ordinary answer"
    message = f"{rule.id!r} requires {required}, which breaks {by}{extent}"
    return Contradiction((rule, *others.values()), is_certain, message)


def _either(options: Iterable[str]) -> str:
    several = list(options)
    rest = f" or {len(several) - 3} more" if len(several) > 3 else ""
    return " or ".join(several[:3]) + rest
