"""Whether prompts that are the same, or nearly so, are answered in the same way.

Prompts that are nearly the same ask the same where no established word stands in another's place.
Answers say something else where they have other numbers, begin with yes and with no, or have little
in common. Who it is a role may say in many ways: two introductions never contradict each other.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rolewright.dataset.content_words import say_other_things
from rolewright.dataset.fingerprints import Fingerprints, FingerprintTable
from rolewright.dataset.near_duplicates import find_repeated
from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row
from rolewright.dataset.similar_pairs import similar_pairs
from rolewright.dataset.similarity import estimate_similarity
from rolewright.finding import Finding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEARLY_IDENTICAL = 0.9
"""The estimated similarity from which prompts with the same numbers ask the same."""
ANOTHER_ANSWER = 0.3
"""The estimated similarity below which two answers have little in common."""


class Consistency:
    """Finds prompts of one system message that ask the same and are answered otherwise.

    Args:
        fingerprints: of all rows, which ``NearDuplicates`` takes.
    """

    def __init__(self, fingerprints: Fingerprints) -> None:
        self._fingerprints = fingerprints
        self._other_answers = Occurrences("RW401")
        self._unlike = Occurrences("RW402")
        self._other_modes = Occurrences("RW403")

    def add(self, row: Row) -> Iterator[Finding]:
        """Nothing is found of a single row."""
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """RW401 of the same prompts; RW402 and RW403 of prompts that are nearly the same."""
        table = self._fingerprints.table()
        for row, earlier in _other_answers(table):
            place = table.places[row]
            if self._other_answers.add(place):
                yield Finding(
                    "RW401",
                    place,
                    f"the same prompt as at {table.places[earlier]}, with another answer",
                    "keep one of the two",
                )
        for earlier, row in _contradictions(table):
            place = table.places[row]
            almost = f"nearly the same prompt as at {table.places[earlier]}"
            if table.declines[earlier] != table.declines[row]:
                declining = (
                    "this one is declined" if table.declines[row] else "that one is declined"
                )
                if self._other_modes.add(place):
                    yield Finding(
                        "RW403", place, f"{almost}, but only {declining}", "answer both in one way"
                    )
            elif self._unlike.add(place):
                yield Finding(
                    "RW402",
                    place,
                    f"{almost}, with an answer that says something else",
                    "see whether both can be right; else keep one of the two",
                )
        for occurrences in (self._other_answers, self._unlike, self._other_modes):
            yield from occurrences.count_unlisted()

    def figures(self) -> dict[str, Any]:
        """Where rows stand that answer otherwise than earlier ones."""
        return {
            "other_answers_at": self._other_answers.figures(),
            "unlike_answers_at": self._unlike.figures(),
            "other_modes_at": self._other_modes.figures(),
        }


def _other_answers(table: FingerprintTable) -> Iterator[tuple[int, int]]:
    """Rows with an earlier row's prompt and another answer than any row before; that row."""
    import numpy as np

    _, first, inverse = np.unique(table.prompts, return_index=True, return_inverse=True)
    firsts = first[inverse]
    repeated = find_repeated(table)
    for row in np.flatnonzero(firsts != np.arange(len(firsts))).tolist():
        introduces = table.introduces[row] and table.introduces[firsts[row]]
        if row not in repeated and not introduces:
            yield row, int(firsts[row])


def _contradictions(table: FingerprintTable) -> list[tuple[int, int]]:
    """Pairs of rows whose prompts are nearly the same, and whose answers are not."""
    import numpy as np

    rows = np.sort(np.unique(table.prompts, return_index=True)[1])
    prompts, answers = table.prompt_signatures, table.answer_signatures

    def contradict(first: "NDArray[np.int64]", second: "NDArray[np.int64]") -> "NDArray[np.bool_]":
        mine, other = rows[first], rows[second]
        asks_the_same = estimate_similarity(prompts[mine], prompts[other]) >= NEARLY_IDENTICAL
        asks_the_same &= table.numbers[mine] == table.numbers[other]
        unlike = estimate_similarity(answers[mine], answers[other]) < ANOTHER_ANSWER
        unlike |= (table.polarities[mine] * table.polarities[other]) < 0
        numbered = (table.answer_numbers[mine] > 0) & (table.answer_numbers[other] > 0)
        unlike |= numbered & (table.answer_numbers[mine] != table.answer_numbers[other])
        other_mode = table.declines[mine] != table.declines[other]
        introduces = table.introduces[mine] & table.introduces[other]
        contradicts: NDArray[np.bool_] = asks_the_same & (unlike | other_mode) & ~introduces
        for pair in np.flatnonzero(contradicts).tolist():
            words = table.prompt_words
            asked = words.of(int(mine[pair])), words.of(int(other[pair]))
            contradicts[pair] = not say_other_things(*asked, words)
        return contradicts

    pairs = similar_pairs(prompts[rows], table.systems[rows], contradict)
    return [(int(rows[first]), int(rows[second])) for first, second in pairs]
