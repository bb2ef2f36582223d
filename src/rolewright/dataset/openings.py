"""Whether inputs open, and answers open and close, in too few ways.

A tenth of all answers may begin alike where a dozen greetings take turns; the same tenth is a habit
where all others begin in their own ways. So an opening that stands alone, far above the next
commonest, is told from a smaller share on than one among several.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.dictated import Dictated
from rolewright.dataset.row import Row
from rolewright.dataset.sample import RowSample, inputs_of, worded_answers
from rolewright.dataset.shares import clearly_above
from rolewright.dataset.words import (
    WINDOW_CHARACTERS,
    closing_of,
    joined,
    opening_of,
    window_of,
)
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile
from rolewright.verifiers.matching import quoted

_TOP = 10
STANDS_ALONE = 2.5
"""How many times as common as the next one an opening is that stands alone."""
_LEAST_REPEATED = 3
_MOST_EXAMPLES = 5
MOST_OF_A_WORD = 0.3
"""The share that a single word, or two Han characters, may have: "Yes", 您好."""

Text = tuple[Conversation, str]
Common = tuple[tuple[str, ...], list[Text]]


@dataclass(frozen=True, slots=True)
class Edge:
    """One end of one kind of text.

    Attributes:
        code: of the finding.
        name: "opening" or "closing", and of what.
        most_alone, most_of_one, most_of_ten: shares that the commonest may have where it stands
            alone, where it does not, and that the ten commonest may have.
        words: the words at that end.
    """

    code: str
    name: str
    whose: str
    most_alone: float
    most_of_one: float
    most_of_ten: float
    words: Callable[[str], tuple[str, ...]]


EDGES = {
    "inputs": Edge("RW315", "opening", "inputs", 0.25, 0.25, 0.8, opening_of),
    "openings": Edge("RW321", "opening", "answers", 0.05, 0.12, 0.6, opening_of),
    "closings": Edge("RW322", "closing", "answers", 0.05, 0.12, 0.75, closing_of),
}


class Openings:
    """Takes a sample, and counts the first and last eight Han characters or four words."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        self._dictated = Dictated(role)
        self._sample = RowSample()
        self._worded: tuple[int, list[Text]] = (0, [])

    def add(self, row: Row) -> Iterator[Finding]:
        """Show the sample a row of the role; nothing is found of a single one."""
        if row.system == self._role.system:
            self._sample.add(row)
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """RW315, RW321 and RW322, for what no rule dictates."""
        for key, edge in EDGES.items():
            # A habit of last answers alone would be thinned out by those before them.
            texts = self._texts(key)
            last = list({id(each): (each, text) for each, text in texts}.values())
            for view in (texts, last) if len(last) < len(texts) else (texts,):
                if finding := self._judge(key, edge, view):
                    yield finding
                    break

    def _judge(self, key: str, edge: Edge, texts: list[Text]) -> Finding | None:
        commonest = _commonest(edge, texts)
        free = [(w, of) for w, of in commonest if not self._is_dictated(key, w, of)][:_TOP]
        total, together = len(texts), sum(len(of) for _, of in free)
        habit = next(_habits(edge, free, total), None)
        if habit is not None:
            words, of, limit = habit
            said = f"{len(of)} of {total} {edge.whose} ({len(of) / total:.0%}) have one {edge.name}"
        elif clearly_above(together, total, limit := edge.most_of_ten):
            words, of = free[0]
            said = f"{together} of {total} {edge.whose} ({together / total:.0%}) have one of "
            said += f"{len(free)} {edge.name}s"
        else:
            return None
        return Finding(
            edge.code,
            of[0][0].place,
            f"{said}, at most {limit:.0%}: {quoted(joined(words))}",
            f"vary the {edge.name}s: what is common is learned by heart",
        )

    def _texts(self, key: str) -> list[Text]:
        conversations = [row.conversation for row in self._sample.rows]
        if key == "inputs":
            return [(each, inputs_of(each)[0]) for each in conversations]
        if self._worded[0] != self._sample.seen:
            texts = [(each, answer) for each in conversations for answer in worded_answers(each)]
            self._worded = (self._sample.seen, texts)
        return self._worded[1]

    def _is_dictated(self, key: str, words: tuple[str, ...], texts: list[Text]) -> bool:
        if key == "inputs":
            return False
        # Where only a few words are allowed, answers are alike by nature.
        brief = [self._dictated.brevity(conversation.scenario) for conversation, _ in texts]
        return all(brief) or self._dictated.phrase(words, texts[:_MOST_EXAMPLES])

    def figures(self) -> dict[str, Any]:
        """The commonest openings and closings, of how many sampled texts, and what is dictated."""
        return {
            key: {
                "texts": len(self._texts(key)),
                "commonest": [
                    {
                        "text": joined(words),
                        "count": len(texts),
                        "dictated": self._is_dictated(key, words, texts),
                    }
                    for words, texts in _commonest(EDGES[key], self._texts(key))[:_TOP]
                ],
            }
            for key in EDGES
        }


def _commonest(edge: Edge, texts: list[Text]) -> list[Common]:
    """The commonest edges that occur three times or more, with the texts that have them."""
    found: defaultdict[tuple[str, ...], list[Text]] = defaultdict(list)
    for conversation, text in texts:
        if words := edge.words(text):
            found[words].append((conversation, text))
    repeated = [each for each in found.items() if len(each[1]) >= _LEAST_REPEATED]
    return sorted(repeated, key=lambda each: -len(each[1]))[: 3 * _TOP]


def _habits(
    edge: Edge, commonest: list[Common], total: int
) -> Iterator[tuple[tuple[str, ...], list[Text], float]]:
    """What is too common by itself, and the limit; words and longer ones are judged apart."""
    longer = [each for each in commonest if not _is_word(each[0])]
    for words, of in commonest[:_TOP]:
        if _is_word(words):
            limit = max(MOST_OF_A_WORD, edge.most_of_one)
        else:
            others = [len(each) for other, each in longer if other != words]
            is_alone = len(of) >= STANDS_ALONE * max(others, default=0)
            limit = edge.most_alone if is_alone else edge.most_of_one
        if clearly_above(len(of), total, limit):
            yield words, of, limit


def _is_word(words: tuple[str, ...]) -> bool:
    return len(words) < (3 if window_of(words) == WINDOW_CHARACTERS else 2)
