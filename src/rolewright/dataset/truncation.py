"""Which rows are longer than training takes in."""

import re
from array import array
from collections.abc import Callable, Iterator
from typing import Any

from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row
from rolewright.finding import Finding

CountTokens = Callable[[str], int]

BLOCK_TOKENS = 5
"""What ChatML adds to a text: two control tokens, the speaker, two line ends."""

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff][\u3400-\u9fff\uf900-\ufaff]*")


class Truncation:
    """Measures rows, and finds those that do not fit.

    Args:
        limit_tokens: training's ``max_length_tokens``.
        count_tokens: the number of tokens of a text; None = they are estimated.
    """

    def __init__(self, limit_tokens: int, count_tokens: CountTokens | None) -> None:
        self._limit_tokens = limit_tokens
        self._estimated = count_tokens is None
        self._count = count_tokens or estimate_tokens
        self._system: tuple[str | None, int] = (None, 0)
        self._lengths = array("I")
        self._longer = Occurrences("RW105")

    def add(self, row: Row) -> Iterator[Finding]:
        """RW105 of a row that is longer than the limit."""
        if row.system != self._system[0]:
            tokens = 0 if row.system is None else self._count(row.system) + BLOCK_TOKENS
            self._system = (row.system, tokens)
        messages = row.conversation.messages
        length = self._system[1] + len(messages) * BLOCK_TOKENS
        length += sum(self._count(message.content) for message in messages)
        self._lengths.append(length)
        if length > self._limit_tokens and self._longer.add(row.conversation.place):
            about = "about " if self._estimated else ""
            yield Finding(
                "RW105",
                row.conversation.place,
                f"{about}{length:,} tokens, and training takes {self._limit_tokens:,}: its last "
                "exchanges are left out",
                "shorten or split it, or raise `max_length_tokens` (here --max-length)",
            )

    def finish(self) -> Iterator[Finding]:
        """How many more there are than were listed."""
        return self._longer.count_unlisted()

    def figures(self) -> dict[str, Any]:
        """Quantiles of the rows' lengths in tokens, and where those stand that do not fit."""
        ranked = sorted(self._lengths)
        at = {"median": 0.5, "p90": 0.9, "p99": 0.99, "longest": 1.0}
        return {
            "limit_tokens": self._limit_tokens,
            "estimated": self._estimated,
            **{
                name: ranked[round(share * (len(ranked) - 1))] if ranked else None
                for name, share in at.items()
            },
            "truncated_at": self._longer.figures(),
        }


def estimate_tokens(text: str) -> int:
    """About how many tokens Qwen's tokenizers make of a text.

    A token for 1.5 Chinese characters, or for 4 others (Qwen's documentation, "Key Concepts").
    """
    han = sum(map(len, _HAN.findall(text)))
    return round(han / 1.5 + (len(text) - han) / 4)
