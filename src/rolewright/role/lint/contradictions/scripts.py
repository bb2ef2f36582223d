"""Languages of an answer that exclude each other, and phrases that leave a language no room."""

import math
from collections.abc import Iterator, Sequence

from rolewright.role.lint.contradictions.contradiction import Contradiction
from rolewright.role.lint.contradictions.ranges import Bound, empty_ranges
from rolewright.role.lint.contradictions.requirement import Requirement
from rolewright.role.schema import Rule
from rolewright.verifiers.segmentation import units_of

_SCRIPTS = {"zh": "Han", "ja": "Han"}


def clashing_languages(first: Rule, second: Rule) -> Iterator[Contradiction]:
    """Two languages of different script of which each is to have the greater share."""
    if {first.verifier.name, second.verifier.name} != {"language"}:
        return
    languages = [rule.parameters["language"] for rule in (first, second)]
    scripts = {_SCRIPTS.get(language, language) for language in languages}
    shares = [rule.parameters["share"] for rule in (first, second)]
    if len(scripts) == 2 and sum(shares) > 1:
        said = [
            f"{share:.0%} {language} ({rule.id})"
            for rule, language, share in zip((first, second), languages, shares, strict=True)
        ]
        yield Contradiction((first, second), True, f"at least {' and at least '.join(said)}")


def crowded_languages(
    rule: Rule, requirements: Sequence[Requirement], bounds: Sequence[Bound]
) -> Iterator[Contradiction]:
    """Phrases in another script that leave a language too few words for its share.

    Of ``n`` words, at most ``(1 - share) n`` may be foreign, so that a phrase of ``f`` foreign
    words needs an answer of ``f / (1 - share)`` words. Quoted words do not count for the verifier
    ``language``, hence nothing here is certain.
    """
    if rule.verifier.name != "language" or rule.parameters["language"] not in {"en", "zh"}:
        return
    share = rule.parameters["share"]
    for requirement in requirements:
        if requirement.is_whole or len(requirement.options) > 1 or share == 1:
            continue
        (option,) = requirement.options
        foreign = _foreign_words(option.phrase, rule.parameters["language"])
        words = math.ceil(foreign / (1 - share) - 1e-9)
        needed = [Bound(requirement.rule, "words", True, words, "")]
        if rule.parameters["language"] == "zh":
            needed.append(Bound(requirement.rule, "han", True, words - foreign, ""))
        most = [bound for bound in bounds if not bound.is_least]
        for found in empty_ranges([*most, *needed]):
            yield Contradiction(
                (requirement.rule, rule, found.rules[1]),
                False,
                f"{option.said} ({requirement.rule.id}) needs {words} words in all for {share:.0%} "
                f"of them to be {rule.parameters['language']} ({rule.id}), more than "
                f"{found.rules[1].id!r} allows",
            )


def _foreign_words(phrase: str, language: str) -> int:
    han = len(units_of(phrase, "han"))
    return han if language == "en" else len(units_of(phrase, "words")) - han
