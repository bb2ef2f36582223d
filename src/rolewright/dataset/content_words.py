"""The words that say what a text is about, kept as hashes.

Two texts that are alike letter by letter may still ask different things: "the currency of Niger"
and "of Nigeria", or one form filled with two names. What tells them apart are words that either has
in the other's place, and that stand in further rows too; a slip of the pen stands in no other row.
"""

from array import array
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from rolewright.dataset.words import words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ESTABLISHED_ROWS = 3
"""A word that so many texts have is no slip of the pen."""
MOST_REPLACED = 0.1
"""The share of a text's words in whose place another may have others, and still ask the same."""
_MOST_WORDS = 64

_SAYING_LITTLE = """
a an the of to in on at for from by with and or but if so as is are was were be been am do does
did can could would will shall should may might must have has had i you he she it we they me my
your his her its our their this that these those there here what which who how when where why
please pls kindly just also not no yes hi hello hey thanks thank thx
的 了 吗 呢 吧 啊 呀 么 哦 嘛 是 在 有 和 与 就 都 也 还 请 问 我 你 您 他 她 它 这 那 个 们
着 过
地 得 怎 如 何 什 可 以 能 会 要 想 一 下

"""
_FUNCTION_WORDS = frozenset(_SAYING_LITTLE.split())


class ContentWords:
    """The words of one text a row, at most 64 of each, in four bytes a word."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._hashes = array("I")
        self._ends = array("Q")
        for text in texts:
            self.append(text)

    def append(self, text: str) -> None:
        """Add the text of the next row."""
        import numpy as np

        words = set(words_of(text, _MOST_WORDS)) - _FUNCTION_WORDS
        hashes = np.fromiter(map(hash, words), np.int64, len(words)).astype(np.uint32)
        self._hashes.frombytes(hashes.tobytes())
        self._ends.append(len(self._hashes))
        self.__dict__.pop("_ordered", None)

    def of(self, row: int) -> frozenset[int]:
        """The words of a row."""
        start = self._ends[row - 1] if row else 0
        return frozenset(self._hashes[start : self._ends[row]])

    def rows_with(self, words: "NDArray[np.uint32]") -> "NDArray[np.int64]":
        """In how many rows each word stands."""
        import numpy as np

        ordered = self._ordered
        counts: NDArray[np.int64] = np.searchsorted(ordered, words, "right") - np.searchsorted(
            ordered, words, "left"
        )
        return counts

    @cached_property
    def _ordered(self) -> "NDArray[np.uint32]":
        import numpy as np

        return np.sort(np.array(self._hashes, dtype=np.uint32))


def say_other_things(first: frozenset[int], second: frozenset[int], *tables: ContentWords) -> bool:
    """Whether each of two texts has established words in the place of the other's.

    Args:
        first: the words of one text.
        second: the words of the other.
        tables: that say in how many rows a word stands.
    """
    least = MOST_REPLACED * min(len(first), len(second))
    return all(
        len(own) > least and _established(own, tables) > least
        for own in (first - second, second - first)
    )


def fill_one_form(rows: tuple[int, int], prompts: ContentWords, answers: ContentWords) -> bool:
    """Whether two rows are one form filled twice.

    Either prompts and answers both say other things, or what one prompt says in the other's place
    comes back in the answer.

    Args:
        rows: two indices.
        prompts: the words of the prompts.
        answers: the words of the answers.
    """
    first, second = rows
    asked, other_asked = prompts.of(first), prompts.of(second)
    said, other_said = answers.of(first), answers.of(second)
    if say_other_things(asked, other_asked, prompts) and say_other_things(
        said, other_said, answers
    ):
        return True
    own = (asked - other_asked) & (said - other_said)
    other = (other_asked - asked) & (other_said - said)
    return all(_established(words, (prompts,)) for words in (own, other))


def _established(words: frozenset[int], tables: Sequence[ContentWords]) -> int:
    """How many of some words are no slips of the pen."""
    import numpy as np

    sought = np.fromiter(words, np.uint32, len(words))
    rows = sum(table.rows_with(sought) for table in tables)
    return int(np.count_nonzero(rows >= ESTABLISHED_ROWS))
