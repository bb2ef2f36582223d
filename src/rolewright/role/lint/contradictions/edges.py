"""How answers begin and end: openings and closings that exclude each other, and JSON."""

from collections.abc import Iterator

from rolewright.role.lint.contradictions.contradiction import Contradiction
from rolewright.role.schema import Rule
from rolewright.verifiers.matching import fold_phrase, listed

_JSON_BEGINS, _JSON_ENDS = "{`~", "}`~"


def clashing_edges(first: Rule, second: Rule) -> Iterator[Contradiction]:
    """What two rules say of the first or last words of an answer, where no words do for both."""
    names = {first.verifier.name, second.verifier.name}
    if names == {"opens_with"}:
        pairs = [(a, b) for a in _folded(first) for b in _folded(second)]
        if not any(a.startswith(b) or b.startswith(a) for a, b in pairs):
            yield _clash(first, second, "opens", "no opening does for both")
    elif names == {"closes_with"}:
        is_loose = any(rule.parameters["ignore_punctuation"] for rule in (first, second))
        pairs = [(a, b) for a in _endings(first, is_loose) for b in _endings(second, is_loose)]
        if not any(a.endswith(b) or b.endswith(a) for a, b in pairs):
            yield _clash(first, second, "closes", "no closing does for both")
    elif names == {"json_object", "opens_with"}:
        edge, form = sorted((first, second), key=lambda rule: rule.verifier.name == "json_object")
        if not any(phrase[0] in _JSON_BEGINS for phrase in _folded(edge)):
            yield _no_json(edge, form, "opens")
    elif names == {"json_object", "closes_with"}:
        edge, form = sorted((first, second), key=lambda rule: rule.verifier.name == "json_object")
        in_json = edge.parameters["ignore_punctuation"]  # {"a": "Bye"} closes with "Bye"
        if not in_json and not any(phrase[-1] in _JSON_ENDS for phrase in _folded(edge)):
            yield _no_json(edge, form, "closes")


def _folded(rule: Rule) -> list[str]:
    return [fold_phrase(phrase) for phrase in rule.parameters["phrases"]]


def _endings(rule: Rule, is_loose: bool) -> list[str]:
    """The closings; without final marks where one of two rules ignores them."""
    if not is_loose:
        return _folded(rule)
    return [
        phrase.rstrip("".join(mark for mark in phrase if not mark.isalnum()))
        for phrase in _folded(rule)
    ]


def _clash(first: Rule, second: Rule, verb: str, why: str) -> Contradiction:
    said = " and ".join(
        f"{verb} with {listed(rule.parameters['phrases'])} ({rule.id})" for rule in (first, second)
    )
    return Contradiction((first, second), True, f"{said}: {why}")


def _no_json(edge: Rule, form: Rule, verb: str) -> Contradiction:
    said = f"{verb} with {listed(edge.parameters['phrases'])} ({edge.id})"
    return Contradiction((edge, form), True, f"{said} and is one JSON object ({form.id})")
