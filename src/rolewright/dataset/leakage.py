"""Evaluation prompts that are trained on, word by word or nearly so."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.content_words import ContentWords, say_other_things
from rolewright.dataset.fingerprints import Fingerprints, FingerprintTable, compared_prompt
from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.overlap import hash_runs
from rolewright.dataset.places import Places
from rolewright.dataset.row import Row
from rolewright.dataset.sample import inputs_of
from rolewright.dataset.similar_pairs import matching_rows
from rolewright.dataset.similarity import estimate_similarity, sign
from rolewright.dataset.text_hash import hash_texts
from rolewright.errors import Place
from rolewright.finding import Finding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIMILAR = 0.8
"""The estimated similarity from which a prompt is nearly one that is trained on."""
BOILERPLATE = 2
"""A run of words that more prompts of the evaluation, or more training rows, have is a phrase of
the task."""
MOSTLY_SAME = 0.6
"""The share of their words that two prompts of one form have in common."""

_MOST_BUFFERED_CHARACTERS = 500_000


class Leakage:
    """Finds prompts of the evaluation data that stand in the training data.

    Args:
        evaluation: prompts that are held out.
        fingerprints: of all rows of the training data, which ``NearDuplicates`` takes.
    """

    def __init__(self, evaluation: Sequence[Conversation], fingerprints: Fingerprints) -> None:
        self._fingerprints = fingerprints
        self._held_out = HeldOut(evaluation)
        self._row = -1
        self._exact: dict[int, int] = {}
        self._near: dict[int, int] = {}
        self._overlapping: dict[int, int] = {}
        self._buffer: list[tuple[int, str]] = []
        self._buffered_characters = 0
        self._found = {code: Occurrences(code) for code in ("RW501", "RW502", "RW503")}

    def add(self, row: Row) -> Iterator[Finding]:
        """Take a row in; what leaks is said of the evaluation data."""
        if self._held_out:
            self._row += 1
            held_out = self._held_out.find(row.conversation)
            if held_out is not None:
                self._exact[self._row] = held_out
            text = "\n".join(message.content for message in row.conversation.messages)
            self._buffer.append((self._row, text))
            self._buffered_characters += len(text)
            if self._buffered_characters > _MOST_BUFFERED_CHARACTERS:
                self._compare_runs()
        yield from ()

    def finish(self) -> Iterator[Finding]:
        """RW501, RW502 or RW503 of each evaluation prompt that is trained on."""
        if not self._held_out:
            return
        self._compare_runs()
        table = self._fingerprints.table()
        self._near = self._held_out.find_near(table)
        self._overlapping = self._held_out.overlapping(table)
        said: set[int] = set()
        for code, leaks in self._by_code():
            rows: dict[int, int] = {}
            for row, held_out in leaks.items():
                rows.setdefault(held_out, row)
            for place, held_out in zip(self._held_out.places, self._held_out.distinct, strict=True):
                if held_out in rows and held_out not in said and self._found[code].add(place):
                    yield _leak(code, place, table.places[rows[held_out]])
            said |= rows.keys()
            yield from self._found[code].count_unlisted()

    def leaking_rows(self) -> dict[int, str]:
        """The index of each training row that gives evaluation prompts away, and how."""
        return {row: code for code, leaks in reversed([*self._by_code()]) for row in leaks}

    def _by_code(self) -> Iterator[tuple[str, dict[int, int]]]:
        yield "RW501", self._exact
        yield "RW502", self._near
        yield "RW503", self._overlapping

    def figures(self) -> dict[str, Any]:
        """How many evaluation prompts there are, and where those stand that are trained on."""
        return {
            "held_out": len(self._held_out.places),
            "exact_at": self._found["RW501"].figures(),
            "near_at": self._found["RW502"].figures(),
            "overlapping_at": self._found["RW503"].figures(),
        }

    def _compare_runs(self) -> None:
        self._held_out.compare_runs(self._buffer)
        self._buffer, self._buffered_characters = [], 0


class HeldOut:
    """Evaluation prompts, as hashes and signatures; one that stands twice counts once."""

    def __init__(self, conversations: Sequence[Conversation]) -> None:
        self.places = Places()
        self.distinct: list[int] = []
        self._indices: dict[int, int] = {}
        compared: list[str] = []
        spoken: list[str] = []
        for conversation in conversations:
            self.places.append(conversation.place)
            index = self._indices.setdefault(_hash_prompt(conversation), len(compared))
            self.distinct.append(index)
            if index == len(compared):
                compared.append(compared_prompt(conversation))
                # What the assistant said before is no question, and may be a stock phrase.
                spoken.append("\n".join(inputs_of(conversation)))
        self._signatures = sign(compared)
        self._words = ContentWords(spoken)
        self._runs, self._owners = _without_boilerplate(*hash_runs(spoken))
        self._rows_of_run: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self.places)

    def find(self, conversation: Conversation) -> int | None:
        """The index of the distinct prompt that is a conversation's, if any."""
        return self._indices.get(_hash_prompt(conversation))

    def find_near(self, table: FingerprintTable) -> dict[int, int]:
        """The index of each row whose prompt is nearly a held-out one, and of that one."""
        import numpy as np

        signatures = table.prompt_signatures

        def alike(rows: "NDArray[np.int64]", others: "NDArray[np.int64]") -> "NDArray[np.bool_]":
            similar = estimate_similarity(signatures[rows], self._signatures[others]) >= SIMILAR
            for pair in np.flatnonzero(similar).tolist():
                words = table.prompt_words.of(int(rows[pair])), self._words.of(int(others[pair]))
                similar[pair] = not say_other_things(*words, table.prompt_words, self._words)
            return similar

        return matching_rows(signatures, self._signatures, alike)

    def compare_runs(self, texts: Sequence[tuple[int, str]]) -> None:
        """Note the rows whose text shares a run of words with a held-out prompt.

        Args:
            texts: the number of a row, and its text.
        """
        import numpy as np

        if not len(self._runs) or not texts:
            return
        runs, owners = hash_runs([text for _, text in texts])
        at = np.minimum(np.searchsorted(self._runs, runs), len(self._runs) - 1)
        shared = np.flatnonzero(self._runs[at] == runs)
        pairs = np.unique(np.stack([at[shared], owners[shared]], axis=1), axis=0)
        for run, owner in pairs.tolist():
            rows = self._rows_of_run.setdefault(run, [])
            if len(rows) <= BOILERPLATE:
                rows.append(texts[owner][0])

    def overlapping(self, table: FingerprintTable) -> dict[int, int]:
        """The index of each row that has a run of a held-out prompt, and of that prompt."""
        return {
            row: int(self._owners[run])
            for run, rows in self._rows_of_run.items()
            if len(rows) <= BOILERPLATE
            for row in rows
            if not self._is_one_form(table.prompt_words, row, int(self._owners[run]))
        }

    def _is_one_form(self, asked: ContentWords, row: int, held_out: int) -> bool:
        """Whether the two prompts are mostly the same, and other words tell them apart."""
        mine, other = asked.of(row), self._words.of(held_out)
        shared = len(mine & other)
        is_mostly_same = shared >= MOSTLY_SAME * max(len(mine), len(other))
        return is_mostly_same and say_other_things(mine, other, asked, self._words)


def _without_boilerplate(
    runs: "NDArray[np.uint64]", owners: "NDArray[np.int64]"
) -> "tuple[NDArray[np.uint64], NDArray[np.int64]]":
    """Distinct runs in order, and a prompt that has each; phrases of the task are left out."""
    import numpy as np

    pairs = np.unique(np.stack([runs, owners.astype(np.uint64)], axis=1), axis=0)
    distinct, first, counts = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    telling = counts <= BOILERPLATE
    return distinct[telling], pairs[first[telling], 1].astype(np.int64)


def _leak(code: str, held_out: Place, trained: Place) -> Finding:
    message = {
        "RW501": f"this prompt is trained on at {trained}",
        "RW502": f"this prompt is nearly the one that is trained on at {trained}",
        "RW503": f"a run of words of this prompt is trained on at {trained}",
    }
    return Finding(code, held_out, message[code], "remove it from one of the two files")


def _hash_prompt(conversation: Conversation) -> int:
    return hash_texts(message.content for message in conversation.prompt)
