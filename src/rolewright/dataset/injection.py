"""Texts that pose as a system message or as what separates turns, or that take orders back."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rolewright.conversations.conversation import Message
from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row
from rolewright.dataset.similarity import normalise_width
from rolewright.errors import Place
from rolewright.finding import Finding
from rolewright.role.schema import RoleFile
from rolewright.tokens.think_blocks import CLOSING, OPENING
from rolewright.verifiers.matching import compile_wording, quoted

_SPEAKER = r"(?:system|assistant|user|human|developer|系统|助手|用户)"
_POSING: Final = re.compile(
    rf"\[/?(?:INST|{_SPEAKER}(?: (?:message|prompt)|消息|提示词?)?)\]"
    r"|【系统(?:消息|提示词?|指令)?】"
    rf"|<</?SYS>>|</?{_SPEAKER}>|<\|?(?:im_start|im_end|begin_of_sentence|eot_id)\|?>|</s>"
    rf"|^#{{1,4}} ?(?:{_SPEAKER}|instruction|response|指令)(?: (?:message|prompt))? ?:"
    r"|^(?:system(?: (?:message|prompt))?|系统(?:消息|提示词?|指令)) ?:",
    re.IGNORECASE | re.MULTILINE,
)

# An answer that goes on with the next speaker's turn, or calls tools. Users may paste such lines.
_NEXT_TURN: Final = re.compile(
    r"</?tool_(?:call|response)>"
    r"|^(?:\*\*)?(?:user|human|assistant|ai|bot|q|question|用户|助手|客户|顾客|客服|问题?)"
    r"(?:\*\*)? ?:(?=\s?\S)"
    r"|\A(?:\*\*)?(?:a|answer|response|reply|答|回答|回复|答案)(?:\*\*)? ?:(?=\s?\S)",
    re.IGNORECASE | re.MULTILINE,
)

# Users who take the role's orders back, or ask for them.
_OVERRIDING: Final = compile_wording(
    r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,20}"
    r"\b(?:previous|prior|above|earlier|system|your)\b[^.\n]{0,12}"
    r"\b(?:instructions?|prompts?|rules|directions)\b"
    r"|\b(?:ignore|disregard|forget) (?:everything|all|anything)"
    r"(?: (?:that|which|you|was|were|have|has|been|told|said|written|it|says)){0,6}"
    r" (?:above|before|earlier|previously|so far)\b(?! the\b)"
    r"|\b(?:print|reveal|show|repeat|output|give)\b[^.\n]{0,8}\b(?:your|the) "
    r"(?:system|initial|hidden) (?:prompt|message|instructions)\b"
    r"|(?:忽略|无视|忘记|忘掉|别管|不要理会|抛开)[^。\n]{0,10}(?:之前|以上|前面|上面|上述|先前|系统|所有|一切)"
    r"[^。\n]{0,6}(?:指令|提示|设定|规则|要求|命令)"
    r"|(?:输出|说出|告诉我|打印|展示|复述)[^。\n]{0,6}(?:系统|初始)(?:提示词?|消息|指令)",
    re.IGNORECASE,
)

_ORDERS: Final = (
    *("ignore", "disregard", "forget", "overrid", " system ", " initial ", " hidden "),
    *("忽略", "无视", "忘", "别管", "理会", "抛开", "系统", "初始"),
)
_MARKS: Final = re.compile(r"[\[<#:【［＜＃：]")
"""One of these stands in whatever poses; looking for them is ten times faster."""


class Injection:
    """Finds turns that could be taken for another speaker's.

    Args:
        role: the labels that it asks for, as in "begin with Answer:", pose as nobody.
        tokens: a model's control tokens and their ids; none where no model is given.
    """

    def __init__(self, role: RoleFile, tokens: Mapping[str, int]) -> None:
        self._told = _plain(f"{role.source}\n{role.system or ''}")
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
        if (
            message.role == "user"
            and _may_order(message.content)
            and (order := _OVERRIDING.search(message.content))
        ):
            return _posing(
                index, message, place, f"{quoted(order[0])}, to take the role's orders back"
            )
        if _MARKS.search(message.content) is None:
            return None
        written = normalise_width(message.content)
        match = _POSING.search(written)
        if match is None and message.role == "assistant":
            match = _NEXT_TURN.search(written)
            if match is not None and self._is_asked_for(match[0]):
                return None
        if match is None:
            return None
        return _posing(index, message, place, f"{match[0]!r}, as if another spoke")

    def _is_asked_for(self, label: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(_plain(label))}", self._told) is not None

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


def _plain(text: str) -> str:
    return normalise_width(text).casefold().replace("*", "")


def _may_order(text: str) -> bool:
    folded = text.lower()
    return any(word in folded for word in _ORDERS)


def _posing(index: int, message: Message, place: Place, said: str) -> Finding:
    return Finding(
        "RW106",
        place,
        f"turn {index + 1} ({message.role}) says {said}",
        "fine where the role is to withstand it; else remove what is left of another template",
    )
