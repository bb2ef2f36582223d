"""Languages of an answer that exclude each other, and phrases that leave a language no room."""

import math
from collections.abc import Iterator, Sequence

from rolewright.role.lint.contradictions.contradiction import Contradiction
from rolewright.role.lint.contradictions.ranges import Bound, empty_ranges
from rolewright.role.lint.contradictions.requirement import Requirement
from rolewright.role.schema import Rule
from rolewright.verifiers.ifeval.function_words import LANGUAGES, Language
from rolewright.verifiers.segmentation import units_of

_HALF = 0.5

_HAN = {"zh": "Han", "ja": "Han"}
_BY_WORDS: dict[str, Language | None] = {
    "change_case:english_capital": "en",
    "change_case:english_lowercase": "en",
    "language:response_language": None,  # its parameter says it
}
"""Verifiers that tell a language by the script that most words are in, then by its words."""


def clashing_languages(first: Rule, second: Rule) -> Iterator[Contradiction]:
    """Two languages of which each is to have the greater share of the words.

    Of one script there may be an answer that is of both, as a name alone is.
    """
    rules = (first, second)
    mine, other = _language_of(first), _language_of(second)
    if mine is None or other is None:
        return
    by_words = [rule for rule in rules if rule.verifier.name in _BY_WORDS]
    shares = [rule.parameters.get("share", _HALF) for rule in rules]
    if _script_of(mine) == _script_of(other):
        if len(by_words) == 2 and mine != other:
            said = f"is {mine} ({first.id}) and is {other} ({second.id})"
            yield Contradiction(rules, False, said)
    # By words a language needs more than half of them, where a share may be half of them.
    elif sum(shares) > 1 or (by_words and sum(shares) == 1):
        said = " and ".join(
            f"at least {share:.0%} {language} ({rule.id})"
            for rule, language, share in zip(rules, (mine, other), shares, strict=True)
        )
        yield Contradiction(rules, True, said)


def _language_of(rule: Rule) -> Language | None:
    language: Language | None = _BY_WORDS.get(rule.verifier.name)
    if rule.verifier.name in ("language", "language:response_language"):
        language = rule.parameters["language"]
    return language


def _script_of(language: Language) -> str:
    return _HAN.get(language, LANGUAGES[language].script)


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
