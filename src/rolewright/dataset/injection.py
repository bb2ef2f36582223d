"""Texts that pose as a system message, or as what separates turns."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row
from rolewright.dataset.similarity import normalise_width
from rolewright.errors import Place
from rolewright.finding import Finding
from rolewright.tokens.think_blocks import CLOSING, OPENING

_SPEAKER = r"(?:system|assistant|user|human|developer|系统|助手|用户)"
_POSING: Final = re.compile(
    rf"\[/?(?:INST|{_SPEAKER}(?: (?:message|prompt)|消息|提示词?)?)\]"
    r"|【系统(?:消息|提示词?|指令)?】"
    rf"|<</?SYS>>|</?{_SPEAKER}>|<\|?(?:im_start|im_end|begin_of_sentence|eot_id)\|?>|</s>"
    rf"|^#{{1,4}} ?(?:{_SPEAKER}|instruction|response|指令)(?: (?:message|prompt))? ?:"
    r"|^(?:system(?: (?:message|prompt))?|系统(?:消息|提示词?|指令)) ?:",
    re.IGNORECASE | re.MULTILINE,
)

# An answer that goes on with the next speaker's turn. Users may paste such lines.
_NEXT_TURN: Final = re.compile(
    r"^(?:\*\*)?(?:user|human|assistant|ai|bot|用户|助手|客户|顾客|客服)(?:\*\*)? ?:(?=\s?\S)",
    re.IGNORECASE | re.MULTILINE,
)

_MARKS: Final = re.compile(r"[\[<#:【［＜＃：]")
"""One of these stands in whatever poses; looking for them is ten times faster."""


class Injection:
    """Finds turns that could be taken for another speaker's.

    Args:
        tokens: a model's control tokens and their ids; none where no model is given.
    """

    def __init__(self, tokens: Mapping[str, int]) -> None:
        self._tokens = tokens
        longest_first = sorted(tokens, key=len, reverse=True)
        self._control = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        self._posing = Occurrences("RW106")
        self._controlling = Occurrences("RW107")

    def add(self, row: Row) -> Iterator[Finding]:
        """RW106 and RW107 of a row, once each."""
        conversation = row.conversation
        for occurrences, look in (
            (self._posing, self._pose),
            (self._controlling, self._control_tokens),
        ):
            for index, message in enumerate(conversation.messages):
                finding = look(message, index, conversation.place)
                if finding is not None:
                    if occurrences.add(conversation.place):
                        yield finding
                    break

    def finish(self) -> Iterator[Finding]:
        """How many more there are than were listed."""
        yield from self._posing.count_unlisted()
        yield from self._controlling.count_unlisted()

    def figures(self) -> dict[str, Any]:
        """Where such rows stand."""
        return {
            "posing_at": self._posing.figures(),
            "control_tokens_at": self._controlling.figures(),
        }

    def _pose(self, message: Message, index: int, place: Place) -> Finding | None:
        if _MARKS.search(message.content) is None:
            return None
        written = normalise_width(message.content)
        match = _POSING.search(written)
        if match is None and message.role == "assistant":
            match = _NEXT_TURN.search(written)
        if match is None:
            return None
        return Finding(
            "RW106",
            place,
            f"turn {index + 1} ({message.role}) says {match[0]!r}, as if another spoke",
            "fine where the role is to withstand it; else remove what is left of another template",
        )

    def _control_tokens(self, message: Message, index: int, place: Place) -> Finding | None:
        for match in self._control.finditer(message.content):
            if message.role == "assistant" and match[0] in (OPENING, CLOSING):
                continue
            return Finding(
                "RW107",
                place,
                f"turn {index + 1} ({message.role}) says {match[0]!r}, which is token "
                f"{self._tokens[match[0]]} of the model",
                "remove it: Rolewright encodes it as plain text, other software may not",
            )
        return None
