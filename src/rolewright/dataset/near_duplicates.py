"""Rows that stand several times, or nearly so.

A near-duplicate asks nearly the same and is answered in nearly the same words. The same refusal of
different requests is none, nor are different answers in a long template, nor is one form filled
twice: prompt and answer both say other things in the same place.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rolewright.dataset.content_words import fill_one_form
from rolewright.dataset.fingerprints import Fingerprints, FingerprintTable
from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.row import Row
from rolewright.dataset.similar_pairs import similar_pairs
from rolewright.dataset.similarity import SIGNATURE_VALUES, estimate_similarity
from rolewright.finding import Finding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIMILAR = 0.8
"""The Jaccard similarity of n-grams from which prompts and answers are nearly the same (Lee et al.,
arXiv 2107.06499)."""
TOLERANCE = 0.08
"""By how much an estimate may be below it: the standard error is 0.035."""


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A row that is nearly the same as an earlier one.

    Attributes:
        row: its index.
        earlier: the index of the one that is kept.
        similarity: of their prompts or of their answers, whichever is less.
    """

    row: int
    earlier: int
    similarity: float


class NearDuplicates:
    """Finds exact and near-duplicates of earlier rows.

    Args:
        fingerprints: taken here, of every row.
    """

    def __init__(self, fingerprints: Fingerprints) -> None:
        self._fingerprints = fingerprints
        self._repeated = Occurrences("RW301")
        self._near = Occurrences("RW303")

    def add(self, row: Row) -> Iterator[Finding]:
        """Take a row in; nothing is found of a single one."""
        self._fingerprints.add(row)
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """RW301 of rows that have stood before, RW303 of those that nearly have."""
        table = self._fingerprints.table()
        repeated = find_repeated(table)
        for row, earlier in repeated.items():
            place = table.places[row]
            if self._repeated.add(place):
                same = table.places[earlier]
                yield Finding("RW301", place, f"the same conversation as at {same}", "remove it")
        yield from self._repeated.count_unlisted()
        for near in find_near_duplicates(table, repeated.keys()):
            place = table.places[near.row]
            if self._near.add(place):
                yield Finding(
                    "RW303",
                    place,
                    f"prompt and answer are nearly those at {table.places[near.earlier]} (about "
                    f"{near.similarity:.0%} of the character sequences)",
                    "keep one of the two, or write one anew",
                )
        yield from self._near.count_unlisted()

    def superfluous_rows(self, without: Set[int]) -> dict[int, str]:
        """The index of each row that can be left out beside others, and the code that says why.

        Args:
            without: indices of rows that are left out anyhow.
        """
        table = self._fingerprints.table()
        repeated = find_repeated(table)
        near = find_near_duplicates(table, repeated.keys() | without)
        codes = dict.fromkeys(repeated.keys() - without, "RW301")
        return codes | dict.fromkeys([each.row for each in near], "RW303")

    def figures(self) -> dict[str, Any]:
        """Where rows stand that have stood before, and that nearly have."""
        return {
            "repeated_at": self._repeated.figures(),
            "near_duplicates_at": self._near.figures(),
        }


def find_repeated(table: FingerprintTable) -> dict[int, int]:
    """The index of each row that has stood before, and of the first that is the same."""
    import numpy as np

    whole = np.stack([table.prompts, table.answers], axis=1)
    _, first, inverse = np.unique(whole, axis=0, return_index=True, return_inverse=True)
    firsts = first[inverse.reshape(-1)]
    repeated = np.flatnonzero(firsts != np.arange(len(firsts)))
    return dict(zip(repeated.tolist(), firsts[repeated].tolist(), strict=True))


def find_near_duplicates(
    table: FingerprintTable, without: Iterable[int] = ()
) -> list[NearDuplicate]:
    """The rows that are nearly the same as one that is kept, in their order.

    Among the rows that are left there is none that would be found again.

    Args:
        table: of all rows.
        without: indices of rows that are left out.
    """
    import numpy as np

    kept = np.setdiff1d(np.arange(len(table.places)), np.fromiter(without, np.int64))
    found: list[NearDuplicate] = []
    while dropped := _drop(table, kept):
        found += dropped
        kept = np.setdiff1d(kept, [near.row for near in dropped])
    return sorted(found, key=lambda near: near.row)


def _drop(table: FingerprintTable, kept: "NDArray[np.int64]") -> list[NearDuplicate]:
    import numpy as np

    def similarity(
        first: "NDArray[np.int64]", second: "NDArray[np.int64]"
    ) -> "NDArray[np.float64]":
        mine, other = kept[first], kept[second]
        return np.minimum(
            estimate_similarity(table.prompt_signatures[mine], table.prompt_signatures[other]),
            estimate_similarity(table.answer_signatures[mine], table.answer_signatures[other]),
        )

    def alike(first: "NDArray[np.int64]", second: "NDArray[np.int64]") -> "NDArray[np.bool_]":
        similar = similarity(first, second) >= SIMILAR - TOLERANCE
        for pair in np.flatnonzero(similar).tolist():
            rows = int(kept[first[pair]]), int(kept[second[pair]])
            similar[pair] = not fill_one_form(rows, table.prompt_words, table.answer_words)
        return similar

    # Values of both in turn, so that each band asks for a similar prompt and a similar answer.
    half = SIGNATURE_VALUES // 2
    prompts, answers = table.prompt_signatures[kept, :half], table.answer_signatures[kept, :half]
    pairs = similar_pairs(
        np.stack([prompts, answers], axis=2).reshape(len(kept), SIGNATURE_VALUES),
        table.systems[kept],
        alike,
    )
    keeper: dict[int, int] = {}
    for first, second in pairs:
        if first not in keeper:
            keeper.setdefault(second, first)
    rows, keepers = np.array(list(keeper), np.int64), np.array(list(keeper.values()), np.int64)
    figures = similarity(keepers, rows)
    return [
        NearDuplicate(*pair)
        for pair in zip(kept[rows].tolist(), kept[keepers].tolist(), figures.tolist(), strict=True)
    ]
