"""How answers are spread over lengths and languages."""

from array import array
from collections.abc import Iterator
from typing import Any, get_args

from rolewright.dataset.row import Row
from rolewright.dataset.sample import trained_answers
from rolewright.dataset.shares import LEAST_ROWS, clearly_above
from rolewright.dataset.words import words_of
from rolewright.errors import Place
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile
from rolewright.verifiers.language import Language, language

MOST_SPREAD = 8
MOST_OTHER_LANGUAGE = 0.05
# Among shorter answers a few characters more or less are a multiple.
_LEAST_MEDIAN_CHARACTERS = 20
_LANGUAGE_CHARACTERS = 200
_LEAST_WORDS = 4
_HALF = 0.5


class Spread:
    """Keeps the length of each answer, in eight bytes, and counts those in another language."""

    def __init__(self, role: RoleFile) -> None:
        self._role = role
        spoken = role.language.split("-")[0]
        self._language: Language | None = next(
            (each for each in get_args(Language) if each == spoken), None
        )
        self._characters = array("q")
        self._judged = 0
        self._others = 0
        self._first_other: Place | None = None
        self._longest: tuple[int, Place] | None = None

    def add(self, row: Row) -> Iterator[Finding]:
        """Measure the answers of a row of the role; nothing is found of a single one."""
        place = row.conversation.place
        if row.system == self._role.system:
            for answer in trained_answers(row.conversation):
                self._characters.append(len(answer))
                if self._longest is None or len(answer) > self._longest[0]:
                    self._longest = len(answer), place
                self._judge_language(answer, row)
        yield from ()

    def _judge_language(self, answer: str, row: Row) -> None:
        rules = self._role.rules_for(row.conversation.scenario)
        if self._language is None or any(rule.verifier.name == "language" for rule in rules):
            return  # nothing can be told, or the rule tells it
        head = answer[:_LANGUAGE_CHARACTERS]
        self._judged += 1
        if len(words_of(head, _LEAST_WORDS)) < _LEAST_WORDS:
            return  # a name in another script is no other language
        if not language(head, row.conversation, language=self._language, share=_HALF).passed:
            self._others += 1
            self._first_other = self._first_other or row.conversation.place

    def finish(self) -> Iterator[Finding]:
        """RW325 of lengths, RW326 of languages."""
        median, long = self._quantiles()
        if self._longest is not None and len(self._characters) >= LEAST_ROWS:
            spread = long / max(median, _LEAST_MEDIAN_CHARACTERS)
            if spread > MOST_SPREAD:
                yield Finding(
                    "RW325",
                    self._longest[1],
                    f"half of the answers have at most {median} characters, one in a hundred "
                    f"{long} or more: {spread:.0f} times as many, at most {MOST_SPREAD} times",
                    "shorten the longest answers, or give the role more long ones",
                )
        share_is_high = clearly_above(self._others, self._judged, MOST_OTHER_LANGUAGE)
        if self._first_other is not None and share_is_high:
            yield Finding(
                "RW326",
                self._first_other,
                f"{self._others} of {self._judged} answers ({self._others / self._judged:.0%}) are "
                f"not in the role's language, {self._role.language!r}; at most "
                f"{MOST_OTHER_LANGUAGE:.0%}",
                "correct the answers, or the role's `language`",
            )

    def _quantiles(self) -> tuple[int, int]:
        """Median and 99th percentile; a single long answer is never the latter."""
        lengths = sorted(self._characters) or [0]
        last = len(lengths) - 1
        return lengths[last // 2], lengths[int(0.99 * last)]

    def figures(self) -> dict[str, Any]:
        """Answers, quantiles of their lengths in characters, and how many in another language."""
        median, long = self._quantiles()
        return {
            "answers": len(self._characters),
            "median_characters": median,
            "p99_characters": long,
            "language": {"judged": self._judged, "others": self._others},
        }
