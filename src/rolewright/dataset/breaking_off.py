"""Answers that break off: cut in the middle of a sentence, a list or a block of code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from rolewright.conversations.conversation import Message
from rolewright.dataset.places import Places
from rolewright.dataset.row import Row
from rolewright.dataset.words import window_of, words_of
from rolewright.errors import Place
from rolewright.finding import Finding

MOST_UNENDED = {"several": 0.3, "one": 0.05, "short": 0.05}
"""In how large a share of the answers of several sentences, of one, and of a short one, a missing
final mark is an accident; in more of them it is the role's way to write."""

_LEAST_BESIDE_ONE: Final = 8
"""Of how many answers a single one without a mark is an accident, whatever its share."""
_LEAST_WORDS: Final = {4: 8, 8: 16}
_LEAST_WORDS_OF_SHORT: Final = {4: 5, 8: 8}
_GOES_ON: Final = re.compile(
    r"(?:[,，、;；:：(（\[【“「《—]|[\s\W](?:and|or|but|the|(?-i:a)|an|of|to|in|on|at|for|from|with|by|as|because|"
    r"which|that|if|when|is|are|was|were|your|our|my|we|you|can|will)|和|与|或|及|以及|因为|所以|但是|"
    r"而且|如果|的时候|并且|把|被|将|从|在|对于|为了)\s*\Z",
    re.IGNORECASE,
)
_FENCE: Final = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_PAIRS: Final = ("（）", "《》", "「」", "【】", "“”")
_SENTENCE_END: Final = re.compile(r"[。！？!?…][”’」』）\"')]*(?=\s*\S)|\.[”\"')]*(?=\s+\S)")
_ITEM: Final = re.compile(r"\s*(?:[-*•·]|\d{1,2}[.)、．]|[#|>])")
_COLON_LIST: Final = re.compile(r"[:：]\s*\Z")

Form = Literal["several", "one", "short"]


@dataclass(slots=True)
class _Endings:
    """Of answers in prose of one form: how many there are, and which have no mark at the end."""

    answers: int = 0
    unended: Places = field(default_factory=Places)


class BreakingOff:
    """Finds answers that go on nowhere, and such as lack the final mark that all others have."""

    def __init__(self) -> None:
        self._certain = Places()
        self._endings: dict[Form, _Endings] = {
            "several": _Endings(),
            "one": _Endings(),
            "short": _Endings(),
        }

    def add(self, row: Row) -> Iterator[Finding]:
        """Look at the end of each trained answer that is not said to be cut."""
        for message in row.conversation.messages:
            if message.role == "assistant" and message.train and not message.cut:
                self._look(message, row)
        yield from ()

    def _look(self, message: Message, row: Row) -> None:
        text = message.content.rstrip()
        if _breaks_off(text):
            self._certain.append(row.conversation.place)
            return
        if _ITEM.match(text.rpartition("\n")[2]):
            return  # an item of a list needs no mark
        is_ended = not text[-1].isalnum()
        form: Form = "several" if _SENTENCE_END.search(text) else "one"
        if form == "one":
            words = words_of(text, 16)
            window = window_of(words)
            if len(words) < _LEAST_WORDS_OF_SHORT[window]:
                return
            if len(words) < _LEAST_WORDS[window]:
                form = "short"
        self._endings[form].answers += 1
        if not is_ended:
            self._endings[form].unended.append(row.conversation.place)

    def finish(self) -> Iterator[Finding]:
        """RW114, at the first of them."""
        found = [*self._certain, *self._accidents()]
        if found:
            yield Finding(
                "RW114",
                min(found, key=_by_line),
                f"{len(found)} answers break off: they end in a comma, a conjunction or an open "
                "bracket, or without the mark that other answers end with",
                'complete them, or mark the turn with "cut": true',
            )

    def _accidents(self) -> Places:
        """Where a final mark is missing that nearly all answers of the form have."""
        accidents = [
            place
            for form, endings in self._endings.items()
            if len(endings.unended) <= MOST_UNENDED[form] * endings.answers
            or (len(endings.unended) == 1 and endings.answers >= _LEAST_BESIDE_ONE)
            for place in endings.unended
        ]
        places = Places()
        for place in sorted(accidents, key=_by_line):
            places.append(place)
        return places

    def figures(self) -> dict[str, Any]:
        """Where such rows stand: those that go on nowhere, and those without a final mark."""
        return {
            "going_on_at": self._certain.figures(),
            "unended_at": self._accidents().figures(),
        }


def _by_line(place: Place) -> tuple[str, int]:
    return place.file, place.line or 0


def _breaks_off(text: str) -> bool:
    if len(_FENCE.findall(text)) % 2:
        return True
    if any(text.count(opening) > text.count(closing) for opening, closing in _PAIRS):
        return True
    if _COLON_LIST.search(text):
        return False
    return bool(_GOES_ON.search(text[-24:])) and len(words_of(text, 4)) == 4
