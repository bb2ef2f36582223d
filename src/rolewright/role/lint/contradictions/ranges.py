"""Ranges that have nothing in common: too long and too short, too many and too few.

A rule bounds a field from below or from above. A field bounds others: each word has a character, so
that 50 words do not fit 20 characters.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from rolewright.role.lint.contradictions.contradiction import Contradiction
from rolewright.role.lint.contradictions.requirement import Requirement
from rolewright.role.schema import Rule
from rolewright.verifiers.matching import fold_phrase
from rolewright.verifiers.segmentation import Unit, units_of

_ITEMS = "list items"
_IFEVAL_WORDS = "words (as IFEval counts)"
_IFEVAL_PARAGRAPHS = "paragraphs (as IFEval counts)"
_NO_MORE_THAN = {
    "han": ("han+punct", "words"),
    "han+punct": ("word_style",),
    "words": ("word_style", _IFEVAL_WORDS),
    "word_style": ("nonspace",),
    "nonspace": ("characters",),
    "sentences": ("nonspace",),
    "paragraphs": ("lines",),
    _ITEMS: ("lines", "nonspace"),
    _IFEVAL_PARAGRAPHS: ("lines",),
}
"""Field → fields that no answer has fewer of."""
_HARDLY_MORE_THAN = {
    "sentences": ("words", 1.0),
    _ITEMS: ("words", 1.0),
    "paragraphs": ("words", 1.0),
    _IFEVAL_WORDS: ("words", 1.5),
    _IFEVAL_PARAGRAPHS: ("paragraphs", 1.0),
}
"""Field → a field of which only odd answers do not have at least one for so many: "甲。b。c" is one
word of three sentences, and of "well-to-do" IFEval counts three words."""
_UNITS_OF_A_PHRASE: tuple[Unit, ...] = (
    "words",
    "characters",
    "han",
    "han+punct",
    "word_style",
    "nonspace",
)


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit that a rule sets.

    Attributes:
        rule: which sets it.
        field: what is counted.
        is_least: whether it bounds from below, else from above.
        value: of the limit.
        said: the limit in words.
    """

    rule: Rule
    field: str
    is_least: bool
    value: int
    said: str


def bounds_of(rule: Rule) -> Iterator[Bound]:
    """The limits that a rule sets by its parameters."""
    counts = _COUNTS.get(rule.verifier.name)
    if counts is not None:
        yield from counts(rule)
    field = _FIELDS.get(rule.verifier.name)
    if field is None:
        return
    name, parameters = field(rule), rule.parameters
    implied = _IMPLIED.get(rule.verifier.name, {})
    least = parameters.get("min", implied.get("min"))
    most = parameters.get("max", implied.get("max"))
    if least:
        yield Bound(rule, name, True, least, f"at least {least} {name}")
    if most is not None:
        yield Bound(rule, name, False, most, f"at most {most} {name}")


def bounds_of_phrases(requirement: Requirement) -> Iterator[Bound]:
    """The length that an answer has at least because of what it has to say."""
    if requirement.is_whole or not all(option.phrase for option in requirement.options):
        return
    when = f" {requirement.when}" if requirement.when else ""
    for unit in _UNITS_OF_A_PHRASE:
        # Folding may join characters ("ｶﾞ"): the shorter form is the one to count on.
        least, said = min(
            (min(len(units_of(text, unit)) for text in (name, fold_phrase(name))), option.said)
            for option in requirement.options
            for name in [option.phrase]
        )
        if least:
            yield Bound(
                requirement.rule, unit, True, least, f"says {said}{when}, which has {least} {unit}"
            )


def empty_ranges(bounds: Sequence[Bound]) -> Iterator[Contradiction]:
    """Pairs of bounds that leave nothing between them, or next to nothing."""
    above = [bound for bound in bounds if not bound.is_least]
    below = [bound for bound in bounds if bound.is_least]
    for least, most in product(below, above):
        if least.value <= most.value or least.rule is most.rule:
            continue
        is_certain = most.field in _reached(least.field)
        wider, factor = _HARDLY_MORE_THAN.get(least.field, ("", 1.0))
        if is_certain or (most.field in _reached(wider) and least.value > factor * most.value):
            said = f"{least.said} ({least.rule.id}) and {most.said} ({most.rule.id})"
            yield Contradiction((least.rule, most.rule), is_certain, said)


def _reached(field: str) -> set[str]:
    """A field and all that no answer has fewer of."""
    reached = {field}
    for wider in _NO_MORE_THAN.get(field, ()):
        reached |= _reached(wider)
    return reached


def _unit(rule: Rule) -> str:
    return str(rule.parameters["unit"])


def _related(rule: Rule, field: str, value: int, relation: str) -> Iterator[Bound]:
    """Of IFEval: "at least" or "less than" so many."""
    if relation == "at least":
        yield Bound(rule, field, True, value, f"at least {value} {field}")
    else:
        yield Bound(rule, field, False, value - 1, f"less than {value} {field}")


def _exactly(rule: Rule, field: str, value: int) -> Iterator[Bound]:
    for is_least in (True, False):
        yield Bound(rule, field, is_least, value, f"exactly {value} {field}")


def _word_range(rule: Rule) -> Iterator[Bound]:
    field = rule.parameters["unit"] or _IFEVAL_WORDS
    least, most = rule.parameters["min_words"], rule.parameters["max_words"]
    yield Bound(rule, field, True, least, f"at least {least} {field}")
    yield Bound(rule, field, False, most, f"at most {most} {field}")


def _headings(rule: Rule) -> Iterator[Bound]:
    count = len(rule.parameters["headings"])
    yield Bound(rule, "lines", True, count, f"{count} headings, each on a line")
    for unit in _UNITS_OF_A_PHRASE:
        least = sum(
            min(len(units_of(text, unit)) for text in (heading, fold_phrase(heading)))
            for heading in rule.parameters["headings"]
        )
        yield Bound(rule, unit, True, least, f"headings that have {least} {unit} together")


def _no_whitespace(rule: Rule) -> Iterator[Bound]:
    yield Bound(rule, "lines", False, 1, "no white space, hence one line")


def _paragraphs(rule: Rule) -> Iterator[Bound]:
    yield from _exactly(rule, _IFEVAL_PARAGRAPHS, rule.parameters["num_paragraphs"])


def _json_keys(rule: Rule) -> Iterator[Bound]:
    """The characters of a JSON object that has nothing but the keys it must have."""
    keys = rule.parameters["required_keys"]
    if keys and not rule.parameters["fence"]:  # code in a fence does not count
        least = len(json.dumps(dict.fromkeys(keys, 0), ensure_ascii=False, separators=(",", ":")))
        yield Bound(rule, "nonspace", True, least, f"keys that make JSON of {least} characters")


_COUNTS: dict[str, Callable[[Rule], Iterator[Bound]]] = {
    "change_case:capital_word_frequency": lambda rule: _related(
        rule,
        "words in capitals",
        rule.parameters["capital_frequency"],
        rule.parameters["capital_relation"],
    ),
    "count:numbers": lambda rule: _exactly(rule, "numbers", rule.parameters["N"]),
    "count:word_count_range": _word_range,
    "detectable_format:number_bullet_lists": lambda rule: _exactly(
        rule, "bullets", rule.parameters["num_bullets"]
    ),
    "keywords:frequency": lambda rule: _related(
        rule,
        f"times {fold_phrase(rule.parameters['keyword'])!r}, also inside words",
        rule.parameters["frequency"],
        rule.parameters["relation"],
    ),
    "keywords:letter_frequency": lambda rule: _related(
        rule,
        f"letters {rule.parameters['letter'].casefold()!r}",
        rule.parameters["let_frequency"],
        rule.parameters["let_relation"],
    ),
    "length_constraints:number_paragraphs": lambda rule: _exactly(
        rule, "paragraphs between dividers", rule.parameters["num_paragraphs"]
    ),
    "length_constraints:number_sentences": lambda rule: _related(
        rule,
        "sentences (as IFEval counts)",
        rule.parameters["num_sentences"],
        rule.parameters["relation"],
    ),
    "length_constraints:number_words": lambda rule: _related(
        rule,
        rule.parameters["unit"] or _IFEVAL_WORDS,
        rule.parameters["num_words"],
        rule.parameters["relation"],
    ),
    "format:no_whitespace": _no_whitespace,
    "json_object": _json_keys,
    "length_constraints:nth_paragraph_first_word": _paragraphs,
    "ordered_template": _headings,
}
"""Verifiers that name their limits otherwise than by min and max."""

_FIELDS: dict[str, Callable[[Rule], str]] = {
    "bullet_list": lambda rule: _ITEMS,
    "catchphrase_rate": lambda rule: f"times {fold_phrase(rule.parameters['phrase'])!r}",
    "json_object": lambda rule: _ITEMS,
    "json_schema": lambda rule: _ITEMS,
    "length_between": _unit,
    "max_length": _unit,
    "min_length": _unit,
    "single_line": lambda rule: "lines",
}
_IMPLIED = {"json_object": {"max": 0}, "json_schema": {"max": 0}, "single_line": {"max": 1}}
