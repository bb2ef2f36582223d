"""The system message beside the rules: what only one of the two says. Advice, never more."""

import re
from collections.abc import Iterator

from rolewright.finding import Finding
from rolewright.role.lint.contradictions.requirement import NOTHING
from rolewright.role.lint.topics import TOPICS
from rolewright.role.schema import RoleFile, Rule
from rolewright.verifiers.matching import compile_wording, fold, fold_phrase, quoted

_QUOTED_SPEECH = compile_wording(
    r"(?:\b(?:say|answer|reply|respond|write)(?: exactly| only| with)?[:,]? ?"
    r"|(?:说|回答|回复|答)[:：]?)"
    r"(?:\"([^\"\n]+)\"|“([^”\n]+)”|「([^」\n]+)」)",
    re.IGNORECASE,
)
_NAMES_ITSELF = frozenset({"self_name", "must_include", "must_say_when", "exact_answer", "matches"})
_SAYS_PHRASES = frozenset({"closes_with", "exact_answer", "must_include", "opens_with"})
_SPECIFIC = frozenset({"must_say_when", "never_say", "self_name", *_SAYS_PHRASES})
# Nobody can tell what a pattern is for, and a prompt need not name what is not to be named.
_UNSPOKEN = frozenset({"matches", "never_base_identity", "never_matches", "no_meta_talk"})


def statements_not_checked(role: RoleFile) -> Iterator[Finding]:
    """What the system message demands and no rule checks."""
    text = role.system or ""
    if not role.rules or not text:
        return  # RW001 and RW002 say so
    demands = [
        f"{topic.name} ({quoted(hit[0])})"
        for topic in TOPICS
        if (hit := topic.demanded.search(text)) and not topic.is_checked(role)
    ]
    phrases = [fold_phrase(phrase) for rule in role.rules for phrase in _texts(rule)]
    phrases += [fold_phrase(rule.criterion) for rule in role.judged_rules]
    for hit in _QUOTED_SPEECH.finditer(text):
        said = next(filter(None, hit.groups()))
        folded = fold_phrase(said)
        if not any(_is_much_of(phrase, folded) or folded in phrase for phrase in phrases):
            demands.append(f"a fixed phrase ({quoted(said)})")
    if fold_phrase(role.name) in fold(text).text and not _is_name_checked(role):
        demands.append(f"a name ({quoted(role.name)})")
    if demands:
        yield Finding(
            "RW011",
            role.place("system"),
            f"the system message states what no rule checks: {', '.join(demands)}",
            "add rules for what matters: only rules are checked in the data and in `eval`",
        )


def rules_not_stated(role: RoleFile) -> Iterator[Finding]:
    """Rules that the system message says nothing of."""
    text = role.system or ""
    unstated = [rule.id for rule in role.rules if text and not _is_stated(rule, text)]
    if unstated:
        yield Finding(
            "RW012",
            role.place(f"rules.{unstated[0]}"),
            f"the system message does not state: {', '.join(unstated)}",
            "state them, or let training alone teach them: the base model with the role as a "
            "prompt cannot know them",
        )


def _is_much_of(phrase: str, said: str) -> bool:
    return phrase in said and 3 * len(phrase) >= len(said)


def _is_stated(rule: Rule, text: str) -> bool:
    if rule.verifier.name in _SPECIFIC:
        folded = fold(text).text
        return any(fold_phrase(phrase) in folded for phrase in _texts(rule))
    if rule.verifier.name == "language" and rule.check(text, NOTHING).passed:
        return True  # it speaks the language itself
    if rule.verifier.name in _UNSPOKEN:
        return True
    topics = [topic for topic in TOPICS if topic.covers(rule)]
    return not topics or any(topic.mentioned.search(text) for topic in topics)


def _is_name_checked(role: RoleFile) -> bool:
    name = fold_phrase(role.name)
    return any(
        rule.verifier.name == "never_base_identity"
        or (
            rule.verifier.name in _NAMES_ITSELF
            and any(name in fold_phrase(text) for text in _texts(rule))
        )
        for rule in role.rules
    )


def _texts(rule: Rule) -> list[str]:
    """All texts among a rule's parameters."""
    texts: list[str] = []
    for value in rule.parameters.values():
        values = value if isinstance(value, tuple) else (value,)
        texts += [each for each in values if isinstance(each, str)]
    return texts
