"""What the rules of a role dictate, so that finding it everywhere is no fault of the data."""

from collections.abc import Iterator, Sequence
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.response_mode import DECLINES, Mode, response_mode
from rolewright.dataset.words import without_phrase, words_of
from rolewright.role.schema import RoleFile, Rule

_REFUSING = frozenset({"refuses", "refuses_topic"})
_LENGTHS = frozenset({"max_length", "min_length", "length_between"})
_BRIEF = {"words": 10, "sentences": 0, "lines": 0, "paragraphs": 0}
_BRIEF_CHARACTERS = 20


class Dictated:
    """Asks the rules themselves: what an answer cannot do without, its rules dictate."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        texts = [role.system or "", *(t for rule in role.rules for t in _texts(rule.parameters))]
        self._wording = "\n".join(f" {' '.join(words_of(text))} " for text in texts)

    def phrase(self, words: Sequence[str], examples: Sequence[tuple[Conversation, str]]) -> bool:
        """Whether answers may not go without these words.

        Either they are the wording of the system message or of a rule, or each of the examples
        breaks a rule without them.

        Args:
            words: of ``words_of``.
            examples: conversations, and an answer that has the words.
        """
        return self.has_wording(words) or all(
            self._needs(answer, without_phrase(answer, words), conversation)
            for conversation, answer in examples
        )

    def has_wording(self, words: Sequence[str]) -> bool:
        """Whether the system message or a rule has these words one after the other."""
        return f" {' '.join(words)} " in self._wording

    def _needs(self, answer: str, rest: str, conversation: Conversation) -> bool:
        return bool(words_of(rest, 1)) and any(
            rule.check(answer, conversation).passed and not rule.check(rest, conversation).passed
            for rule in self._rules(conversation.scenario)
            if rule.verifier.name not in _LENGTHS
        )

    def brevity(self, scenario: str | None) -> bool:
        """Whether the rules of a scenario leave room for a few words only."""
        return any(_is_brief(rule) for rule in self._rules(scenario))

    def _rules(self, scenario: str | None) -> Sequence[Rule]:
        """Those of a scenario; where it is unknown, any may apply."""
        return self._role.rules if scenario is None else self._role.rules_for(scenario)

    def is_declined(self, answer: str, conversation: Conversation, scenario: str | None) -> bool:
        """Whether an answer declines in the words that a rule of the scenario has for it."""
        return scenario is not None and any(
            verdict.passed and verdict.evidence.startswith(("refuses", "redirects"))
            for rule in self._role.rules_for(scenario)
            if rule.verifier.name in _REFUSING
            for verdict in [rule.check(answer, conversation)]
        )

    def modes(self, scenario: str | None) -> frozenset[Mode]:
        """The ways of answering that the rules of a scenario ask for."""
        modes: set[Mode] = {"short"} if self.brevity(scenario) else set()
        for rule in self._role.rules_for(scenario):
            match rule.verifier.name:
                case "refuses" | "refuses_topic":
                    modes |= DECLINES
                case "bullet_list":
                    modes.add("list")
                case "json_object" | "json_schema":
                    modes.add("code")
                case "exact_answer" | "must_include" | "opens_with" | "closes_with":
                    wordings = _texts(rule.parameters)
                    modes |= {response_mode(text) for text in wordings} & _WORDED
        return frozenset(modes)


_WORDED = DECLINES | {"clarify"}


def _is_brief(rule: Rule) -> bool:
    if rule.verifier.name == "exact_answer":
        return True
    most = rule.parameters.get("max")
    if rule.verifier.name not in _LENGTHS or most is None:
        return False
    return bool(most <= _BRIEF.get(rule.parameters["unit"], _BRIEF_CHARACTERS))


def _texts(value: Any) -> Iterator[str]:
    """All texts in a rule's parameters."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple | frozenset):
        for inner in value:
            yield from _texts(inner)
