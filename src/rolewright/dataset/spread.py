"""How answers are spread over lengths and languages."""

import re
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from rolewright.dataset.places import Places
from rolewright.dataset.response_mode import is_code
from rolewright.dataset.row import Row
from rolewright.dataset.sample import trained_answers
from rolewright.dataset.shares import LEAST_ROWS, clearly_above
from rolewright.dataset.words import words_of
from rolewright.errors import Place
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile
from rolewright.verifiers.ifeval.function_words import LANGUAGES, count_evidence
from rolewright.verifiers.language import Language, is_written_in

MOST_SPREAD = 8
LONG_SHARE = 0.95
"""A single answer stands out where it is so many times as long as all but 5% are at most."""
MOST_OTHER_LANGUAGE = 0.05
# Among shorter answers a few characters more or less are a multiple.
_LEAST_MEDIAN_CHARACTERS = 20
_LANGUAGE_CHARACTERS = 200
_LEAST_WORDS, _MOST_WORDS = 4, 24
# Speaking of another language, or asked for one, a role may well use it.
_OF_LANGUAGES = re.compile(
    r"\b(?:translat|english|chinese|mandarin|japanese|korean|french|german|spanish|russian|arabic"
    r"|bilingual|multilingual|languages)|翻译|译[成为]|[英中汉日韩法德俄外]语|[英中日韩外]文|双语|多语",
    re.IGNORECASE,
)
_OWN_NAMES = {"en": "english|英语|英文", "zh": "chinese|mandarin|[中汉]语|中文"}
# Of English prose a third are its commonest words.
_LEAST_COMMON = 0.15
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
        self._others_at = Places()
        self._drifted = Places()
        self._own_names = re.compile(_OWN_NAMES.get(spoken, "(?!)"), re.IGNORECASE)
        self._is_of_languages = self._speaks_of_another(f"{role.name} {role.system or ''}")
        self._longest: tuple[int, Place] | None = None

    def add(self, row: Row) -> Iterator[Finding]:
        """Measure the answers of a row of the role; nothing is found of a single one."""
        place = row.conversation.place
        if row.system == self._role.system:
            for answer in trained_answers(row.conversation):
                self._characters.append(len(answer))
                if self._longest is None or len(answer) > self._longest[0]:
                    self._longest = len(answer), place
            self._judge_languages(row)
        yield from ()

    def _judge_languages(self, row: Row) -> None:
        """Judge each trained answer, beside what the user has just said."""
        asked = ""
        for message in row.conversation.messages:
            if message.role == "user":
                asked = message.content
            elif message.train:
                self._judge_language(message.content, asked, row)

    def _judge_language(self, answer: str, asked: str, row: Row) -> None:
        rules = self._role.rules_for(row.conversation.scenario)
        if self._language is None or any(rule.verifier.name == "language" for rule in rules):
            return  # nothing can be told, or the rule tells it
        self._judged += 1
        if not self._is_spoken(answer) and not is_code(answer):
            self._others_at.append(row.conversation.place)
            if self._is_spoken(asked) and not (
                self._is_of_languages or self._speaks_of_another(asked)
            ):
                self._drifted.append(row.conversation.place)

    def _speaks_of_another(self, text: str) -> bool:
        return _OF_LANGUAGES.search(self._own_names.sub("", text)) is not None

    def _is_spoken(self, text: str) -> bool:
        """Whether a text is in the role's language; a name in another script is no other one."""
        head = text[:_LANGUAGE_CHARACTERS]
        words = words_of(head, _MOST_WORDS)
        if self._language is None or len(words) < _LEAST_WORDS:
            return True
        if not is_written_in(head, self._language, _HALF):
            return False
        return not _has_words_of_another(head, words, self._language)

    def finish(self) -> Iterator[Finding]:
        """RW325 of lengths, RW326 of languages."""
        yield from self._lengths()
        others, drifted = len(self._others_at), len(self._drifted)
        if clearly_above(others, self._judged, MOST_OTHER_LANGUAGE):
            yield Finding(
                "RW326",
                self._others_at[0],
                f"{others} of {self._judged} answers ({others / self._judged:.0%}) are not in the "
                f"role's language, {self._role.language!r}; at most {MOST_OTHER_LANGUAGE:.0%}",
                "correct the answers, or the role's `language`",
            )
        elif drifted:
            yield Finding(
                "RW326",
                self._drifted[0],
                f"{drifted} of {self._judged} answers to users who speak the role's language, "
                f"{self._role.language!r}, are in another",
                "correct the answers",
            )

    def _lengths(self) -> Iterator[Finding]:
        if self._longest is None or len(self._characters) < LEAST_ROWS:
            return
        median, long = self._quantile(_HALF), self._quantile(0.99)
        usual = self._quantile(LONG_SHARE)
        longest, place = self._longest
        if long > MOST_SPREAD * max(median, _LEAST_MEDIAN_CHARACTERS):
            yield Finding(
                "RW325",
                place,
                f"half of the answers have at most {median} characters, one in a hundred "
                f"{long} or more: {long / max(median, _LEAST_MEDIAN_CHARACTERS):.0f} times as "
                f"many, at most {MOST_SPREAD} times",
                "shorten the longest answers, or give the role more long ones",
            )
        elif longest > MOST_SPREAD * max(usual, _LEAST_MEDIAN_CHARACTERS):
            yield Finding(
                "RW325",
                place,
                f"this answer has {longest} characters, and {LONG_SHARE:.0%} of the answers have "
                f"at most {usual}: {longest / max(usual, _LEAST_MEDIAN_CHARACTERS):.0f} times as "
                f"many, at most {MOST_SPREAD} times",
                "shorten it",
            )

    def _quantile(self, share: float) -> int:
        """Of the lengths; 0 where there are none."""
        lengths = sorted(self._characters) or [0]
        return lengths[int(share * (len(lengths) - 1))]

    def figures(self) -> dict[str, Any]:
        """Answers, quantiles of their lengths in characters, and those in another language."""
        return {
            "answers": len(self._characters),
            "median_characters": self._quantile(_HALF),
            "p99_characters": self._quantile(0.99),
            "language": {
                "judged": self._judged,
                "others": len(self._others_at),
                "others_at": self._others_at.figures(),
            },
        }


def _has_words_of_another(text: str, words: Sequence[str], spoken: Language) -> bool:
    """Whether the common words of a text are those of another language in the same script."""
    own = LANGUAGES[spoken].words
    if sum(word in own for word in words) >= _LEAST_COMMON * len(words) or not own:
        return False
    evidence = count_evidence(text)
    if evidence is None or spoken not in evidence.common:
        return False
    most = max(evidence.common.values())
    return most >= _LEAST_WORDS and most >= 2 * evidence.common[spoken] + _LEAST_WORDS - 1
