"""Phrases that too many answers have in common, wherever they stand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.dictated import Dictated
from rolewright.dataset.row import Row
from rolewright.dataset.sample import RowSample, worded_answers
from rolewright.dataset.shares import clearly_above
from rolewright.dataset.words import (
    WINDOW_CHARACTERS,
    joined,
    phrases_of,
    segments_of,
    window_of,
    words_of,
)
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile
from rolewright.verifiers.matching import quoted

MOST_ANSWERS = 0.2
_ROWS = 1000
_MOST_WORDS = 600
_PHRASE_WORDS, _PHRASE_CHARACTERS = 4, 6
_LONGEST_INTERJECTION = 40
_MOST_LISTED = 3
_MOST_EXAMPLES = 5
# A phrase goes on as long as nearly all answers that have it go on alike.
_SAME = 0.9

Phrase = tuple[str, ...]


class Catchphrases:
    """Takes a sample, and counts in how many answers each phrase of a few words stands."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        self._dictated = Dictated(role)
        self._sample = RowSample(_ROWS)

    def add(self, row: Row) -> Iterator[Finding]:
        """Show the sample a row of the role; nothing is found of a single one."""
        if row.system == self._role.system:
            self._sample.add(row)
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """RW323 of each phrase that no rule dictates, the commonest first."""
        answers = self._answers()
        overused = self._overused(answers)
        last = list({id(answer[0]): answer for answer in answers}.values())
        if not overused and len(last) < len(answers):
            # A habit of last answers alone is thinned out by those before them.
            answers, overused = last, self._overused(last)
        for phrase, having in overused:
            yield Finding(
                "RW323",
                having[0][0].place,
                f"{len(having)} of {len(answers)} answers ({len(having) / len(answers):.0%}) say "
                f"{quoted(joined(phrase))}, at most {MOST_ANSWERS:.0%}",
                "say it less often, or add a rule that asks for it",
            )

    def _answers(self) -> list[tuple[Conversation, str, list[str]]]:
        return [
            (row.conversation, answer, words_of(answer, _MOST_WORDS))
            for row in self._sample.rows
            for answer in worded_answers(row.conversation)
        ]

    def _overused(
        self, answers: list[tuple[Conversation, str, list[str]]]
    ) -> list[tuple[Phrase, list[tuple[Conversation, str]]]]:
        counts: Counter[Phrase] = Counter()
        for _, answer, words in answers:
            counts.update(phrases_of(words, _phrase_length(words)) | _interjections(answer))
        found: list[tuple[Phrase, list[tuple[Conversation, str]]]] = []
        for phrase, count in counts.most_common():
            if len(found) == _MOST_LISTED or not clearly_above(count, len(answers), MOST_ANSWERS):
                break
            if any(_overlap(phrase, listed) for listed, _ in found):
                continue
            having = [(each, answer) for each, answer, words in answers if _has(words, phrase)]
            if not self._dictated.phrase(phrase, having[:_MOST_EXAMPLES]):
                found.append((_extend(phrase, [words for _, _, words in answers]), having))
        return found

    def figures(self) -> dict[str, Any]:
        """The phrases that too many of the sampled answers have."""
        answers = self._answers()
        return {
            "answers": len(answers),
            "overused": [
                {"text": joined(phrase), "count": len(having)}
                for phrase, having in self._overused(answers)
            ],
        }


def _interjections(answer: str) -> set[Phrase]:
    """What stands between marks and is too short for a phrase: ", to be honest," and ，说真的，."""
    short = {tuple(each) for each in segments_of(answer, _LONGEST_INTERJECTION)}
    return {each for each in short if _least_interjection(each) <= len(each) < _phrase_length(each)}


def _least_interjection(segment: Sequence[str]) -> int:
    return 3 if window_of(segment) == WINDOW_CHARACTERS else 2


def _phrase_length(words: Sequence[str]) -> int:
    return _PHRASE_CHARACTERS if window_of(words) == WINDOW_CHARACTERS else _PHRASE_WORDS


def _has(words: list[str], phrase: Phrase) -> bool:
    return f" {' '.join(phrase)} " in f" {' '.join(words)} "


def _overlap(phrase: Phrase, listed: Phrase) -> bool:
    """Whether most of a phrase stands in one that is listed."""
    return any(
        _has(list(listed), phrase[start : start + 3]) for start in range(max(len(phrase) - 2, 1))
    )


def _extend(phrase: Phrase, answers: list[list[str]]) -> Phrase:
    """The longest phrase around this one that nearly all answers with it share."""
    having = [words for words in answers if _has(words, phrase)]
    longer = phrase
    while True:
        size, candidates = len(longer), Counter[Phrase]()
        for words in having:
            for start in range(len(words) - size + 1):
                if tuple(words[start : start + size]) == longer:
                    if start:
                        candidates[tuple(words[start - 1 : start + size])] += 1
                    if start + size < len(words):
                        candidates[tuple(words[start : start + size + 1])] += 1
                    break
        best, count = candidates.most_common(1)[0] if candidates else (longer, 0)
        if count < _SAME * len(having):
            return longer
        longer = best
