"""Forms of a whole answer that exclude each other: JSON, quotation marks, capitals, lines."""

from collections.abc import Iterator

from rolewright.role.lint.contradictions.contradiction import Contradiction
from rolewright.role.schema import Rule

_JSON = frozenset({"json_object", "json_schema"})
_OPENING_QUOTATION_MARKS = tuple('"“「『')
_CLOSING_QUOTATION_MARKS = tuple('"”」』')
# These begin a line, which no value of JSON does: its line ends are escaped.
_OF_LINES = frozenset({"heading", "code block", "bullet", "quotation", "table", "rule"})
_CASES = frozenset({"change_case:english_capital", "change_case:english_lowercase"})


def clashing_forms(first: Rule, second: Rule) -> Iterator[Contradiction]:
    """What two rules say of the form of the whole answer, where no answer has both."""
    if {first.verifier.name, second.verifier.name} == _CASES:
        yield Contradiction(
            (first, second),
            True,
            f"capital letters only and small letters only: {first.id} and {second.id}",
        )
    for one, other in ((first, second), (second, first)):
        if one.verifier.name == "startend:quotation":
            yield from _in_quotation_marks(one, other)
        if one.verifier.name in _JSON and other.verifier.name == "markdown_required":
            yield from _json_with_lines(one, other)


def _in_quotation_marks(quoted: Rule, other: Rule) -> Iterator[Contradiction]:
    said = f"stands in quotation marks ({quoted.id}) and "
    phrases = other.parameters.get("phrases", ())
    match other.verifier.name:
        case "opens_with" if not any(
            each.strip().startswith(_OPENING_QUOTATION_MARKS) for each in phrases
        ):
            yield Contradiction((other, quoted), True, f"{said}opens with a word ({other.id})")
        case "closes_with" if not (
            other.parameters["ignore_punctuation"]
            or any(each.strip().endswith(_CLOSING_QUOTATION_MARKS) for each in phrases)
        ):
            yield Contradiction((other, quoted), True, f"{said}closes with a word ({other.id})")
        case "json_object":
            yield Contradiction((other, quoted), True, f"{said}is a JSON object ({other.id})")
        case "json_schema" if other.parameters["schema"].get("type") in ("object", "array"):
            yield Contradiction((other, quoted), True, f"{said}is JSON ({other.id})")


def _json_with_lines(form: Rule, layout: Rule) -> Iterator[Contradiction]:
    elements = set(layout.parameters["elements"])
    possible = elements - _OF_LINES
    if form.parameters["fence"]:
        possible |= elements & {"code block"}
    is_possible = possible if layout.parameters["mode"] == "any" else possible == elements
    if not is_possible:
        lacking = ", ".join(sorted(elements - possible))
        said = f"is JSON ({form.id}) and has Markdown that begins a line ({lacking}, {layout.id})"
        yield Contradiction((layout, form), True, said)
