"""How answers begin and end: openings and closings that exclude each other, and JSON."""

from collections.abc import Iterator

from rolewright.role.lint.contradictions.contradiction import Contradiction
from rolewright.role.schema import Rule
from rolewright.verifiers.matching import fold_phrase, listed

# The first and last characters of JSON and of a code fence.
_JSON = {
    "json_object": {"opens_with": "{`~", "closes_with": "}`~"},
    "json_schema": {"opens_with": '{["-0123456789tfn`~', "closes_with": '}]"0123456789el`~'},
}


def clashing_edges(first: Rule, second: Rule) -> Iterator[Contradiction]:
    """What two rules say of the first or last words of an answer, where no words do for both."""
    names = {first.verifier.name, second.verifier.name}
    if names == {"opens_with"}:
        pairs = [(a, b) for a in _folded(first) for b in _folded(second)]
        if not any(a.startswith(b) or b.startswith(a) for a, b in pairs):
            yield _clash(first, second, "no opening does for both")
    elif names == {"closes_with"}:
        is_loose = any(rule.parameters["ignore_punctuation"] for rule in (first, second))
        pairs = [(a, b) for a in _endings(first, is_loose) for b in _endings(second, is_loose)]
        if not any(a.endswith(b) or b.endswith(a) for a, b in pairs):
            yield _clash(first, second, "no closing does for both")
    for edge, form in ((first, second), (second, first)):
        marks = _JSON.get(form.verifier.name, {}).get(edge.verifier.name)
        if marks is not None and not edge.parameters.get("ignore_punctuation"):
            last = 0 if edge.verifier.name == "opens_with" else -1
            if not any(phrase[last] in marks for phrase in _folded(edge)):
                yield Contradiction((edge, form), True, f"{_said(edge)} and is JSON ({form.id})")


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


def _clash(first: Rule, second: Rule, why: str) -> Contradiction:
    return Contradiction((first, second), True, f"{_said(first)} and {_said(second)}: {why}")


def _said(rule: Rule) -> str:
    verb = rule.verifier.name.replace("_", " ")
    return f"{verb} {listed(rule.parameters['phrases'])} ({rule.id})"
