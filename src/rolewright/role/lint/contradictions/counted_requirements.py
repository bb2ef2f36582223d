"""What verifiers that count require, as answers that have so many of it."""

from collections.abc import Callable, Iterator, Sequence

from rolewright.role.lint.contradictions.requirement import NOTHING, Option, Requirement
from rolewright.role.schema import Rule

_NO_MARKDOWN = frozenset({"no_markdown"})
_MOST = 200
"""Nobody reads further; a rule about more is left alone."""


def counted_requirements(rule: Rule) -> Iterator[Requirement]:
    """What a rule requires so many of; nothing where its verifier is not known to count."""
    build = _BUILDERS.get(rule.verifier.name)
    if build is not None:
        yield from build(rule)


def _repeated(
    rule: Rule,
    said: str,
    count: int,
    written: Sequence[str],
    decisive: frozenset[str],
    variants: Sequence[str] = (),
) -> Iterator[Requirement]:
    """One option: something, so many times, in each of several ways to write it."""
    if not 0 < count <= _MOST:
        return
    texts = tuple(end.join([each] * count) for each in written for end in ("\n", " "))
    odd = tuple(end.join([each] * count) for each in variants for end in ("\n", " "))
    option = Option(f"{count} {said}", rule, NOTHING, texts, odd)
    yield Requirement(rule, (option,), decisive=decisive)


def _bullets(rule: Rule) -> Iterator[Requirement]:
    count = rule.parameters["num_bullets"]
    yield from _repeated(rule, "bullets", count, ["- sea", "* 海"], _NO_MARKDOWN, ["*sea", "-海"])


def _highlights(rule: Rule) -> Iterator[Requirement]:
    count = rule.parameters["num_highlights"]
    pieces, odd = ["*sea*", "**海**"], ["2 * 3 * 4", "* sea *"]
    yield from _repeated(rule, "highlighted pieces", count, pieces, _NO_MARKDOWN, odd)


def _numbers(rule: Rule) -> Iterator[Requirement]:
    decisive = frozenset({"never_matches"})
    yield from _repeated(rule, "numbers", rule.parameters["N"], [*"0123456789", "3.14"], decisive)


def _placeholders(rule: Rule) -> Iterator[Requirement]:
    # "[sea]" is a placeholder to IFEval, and no blank that anybody has to fill in.
    pieces, odd = ["[address]", "[your name]", "【请填写地址】"], ["[sea]", "【海】"]
    decisive = frozenset({"no_placeholders"})
    yield from _repeated(
        rule, "placeholders", rule.parameters["num_placeholders"], pieces, decisive, odd
    )


def _capitals(rule: Rule) -> Iterator[Requirement]:
    if rule.parameters["capital_relation"] == "at least":
        count = rule.parameters["capital_frequency"]
        decisive = frozenset({"change_case:english_lowercase"})
        yield from _repeated(rule, "words in capitals", count, ["SEA", "YES", "I"], decisive)


def _sections(rule: Rule) -> Iterator[Requirement]:
    word, count = rule.parameters["section_spliter"].strip(), rule.parameters["num_sections"]
    if 0 < count <= _MOST and "X" not in word:
        texts = tuple(
            end.join(f"{start}{word}{gap}{number}" for number in range(1, count + 1))
            for gap in ("", " ")
            for end, start in (("\nok\n", ""), ("\n好\n", ""), (" ", "ok "), ("", "x"))
        )
        option = Option(f"{count} sections", rule, NOTHING, texts)
        decisive = frozenset({"never_say", "keywords:forbidden_words", "never_matches"})
        yield Requirement(rule, (option,), decisive=decisive)


_BUILDERS: dict[str, Callable[[Rule], Iterator[Requirement]]] = {
    "change_case:capital_word_frequency": _capitals,
    "count:numbers": _numbers,
    "detectable_content:number_placeholders": _placeholders,
    "detectable_format:multiple_sections": _sections,
    "detectable_format:number_bullet_lists": _bullets,
    "detectable_format:number_highlighted_sections": _highlights,
}
