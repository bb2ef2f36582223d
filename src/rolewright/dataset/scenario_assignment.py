"""Which of the role's scenarios a row belongs to that does not say so itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.character_tfidf import CharacterTfidf
from rolewright.dataset.sample import inputs_of
from rolewright.role.schema import Scenario

_LEAST_SIMILARITY = 0.12
_LEAST_LEAD = 1.5


@dataclass(frozen=True, slots=True)
class Assignment:
    """A row's scenario.

    Attributes:
        scenario: the id; None where the row names an unknown one, or names none and resembles none.
        declared: whether the row names one.
        certain: whether it is named, or clearly the most similar one.
    """

    scenario: str | None
    declared: bool
    certain: bool


class ScenarioAssigner:
    """Compares what the user says with the descriptions and examples of the scenarios.

    The similarity to a scenario is the cosine to the most similar of its texts. An assignment is
    certain where it is at least 0.12, and half as much again as that to any other scenario.
    """

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self._ids = [scenario.id for scenario in scenarios]
        texts = [
            (index, text)
            for index, scenario in enumerate(scenarios)
            for text in (scenario.description, *scenario.inputs)
            if text.strip()
        ]
        self._owners = np.array([index for index, _ in texts], dtype=np.intp)
        self._tfidf = CharacterTfidf([text for _, text in texts])
        self._weights = self._tfidf.matrix([text for _, text in texts])

    def assign(self, conversation: Conversation) -> Assignment:
        """The scenario that a conversation declares, else the most similar one."""
        if conversation.scenario is not None:
            known = conversation.scenario in self._ids
            return Assignment(conversation.scenario if known else None, True, known)
        if not len(self._owners):
            return Assignment(None, False, False)
        to_texts = self._weights @ self._tfidf.vector(" ".join(inputs_of(conversation)))
        similarities = np.zeros(len(self._ids))
        np.maximum.at(similarities, self._owners, to_texts)
        if not similarities.any():
            return Assignment(None, False, False)
        best = int(similarities.argmax())
        second = max(np.delete(similarities, best), default=0.0)
        likeness = similarities[best]
        certain = likeness >= _LEAST_SIMILARITY and likeness >= _LEAST_LEAD * second
        return Assignment(self._ids[best], False, bool(certain))
