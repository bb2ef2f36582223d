"""Evaluation prompts that are trained on, word by word or nearly so."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.fingerprints import Fingerprints, compared_prompt
from rolewright.dataset.occurrences import Occurrences
from rolewright.dataset.overlap import hash_runs
from rolewright.dataset.places import Places
from rolewright.dataset.row import Row
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
BOILERPLATE_PROMPTS = 2
"""A run of words that more prompts of the evaluation have is a phrase of the task."""

_MOST_BUFFERED_CHARACTERS = 500_000


class Leakage:
    """Finds prompts of the evaluation data that stand in the training data.

    Args:
        evaluation: prompts that are held out.
        fingerprints: of the training data.
    """

    def __init__(self, evaluation: Sequence[Conversation], fingerprints: Fingerprints) -> None:
        self._fingerprints = fingerprints
        self._held_out = HeldOut(evaluation)
        self._row = -1
        self._exact: dict[int, int] = {}
        self._overlapping: dict[int, int] = {}
        self._near: dict[int, int] = {}
        self._buffer: list[tuple[int, str]] = []
        self._buffered_characters = 0
        self._found = {code: Occurrences(code) for code in ("RW501", "RW502", "RW503")}

    def add(self, row: Row) -> Iterator[Finding]:
        """Take a row in; what leaks is said of the evaluation data."""
        if self._held_out:
            self._fingerprints.add(row)
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
        self._near = self._held_out.find_near(table.prompt_signatures)
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
        overlapping = self._held_out.find_overlapping([text for _, text in self._buffer])
        for index, held_out in overlapping.items():
            self._overlapping[self._buffer[index][0]] = held_out
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
                spoken.append("\n".join(message.content for message in conversation.prompt))
        self._signatures = sign(compared)
        self._runs, self._owners = _without_boilerplate(*hash_runs(spoken))

    def __len__(self) -> int:
        return len(self.places)

    def find(self, conversation: Conversation) -> int | None:
        """The index of the distinct prompt that is a conversation's, if any."""
        return self._indices.get(_hash_prompt(conversation))

    def find_near(self, signatures: "NDArray[np.uint16]") -> dict[int, int]:
        """The index of each row whose prompt is nearly a held-out one, and of that one."""
        return matching_rows(
            signatures,
            self._signatures,
            lambda rows, held_out: (
                estimate_similarity(signatures[rows], self._signatures[held_out]) >= SIMILAR
            ),
        )

    def find_overlapping(self, texts: Sequence[str]) -> dict[int, int]:
        """The index of each text that shares a run of words with a held-out prompt; that one's."""
        import numpy as np

        if not len(self._runs):
            return {}
        runs, owners = hash_runs(texts)
        at = np.minimum(np.searchsorted(self._runs, runs), len(self._runs) - 1)
        shared = np.flatnonzero(self._runs[at] == runs)
        held_out = self._owners[at[shared]]
        return dict(zip(owners[shared].tolist(), held_out.tolist(), strict=True))


def _without_boilerplate(
    runs: "NDArray[np.uint64]", owners: "NDArray[np.int64]"
) -> "tuple[NDArray[np.uint64], NDArray[np.int64]]":
    """Distinct runs in order, and a prompt that has each; phrases of the task are left out."""
    import numpy as np

    pairs = np.unique(np.stack([runs, owners.astype(np.uint64)], axis=1), axis=0)
    distinct, first, counts = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    telling = counts <= BOILERPLATE_PROMPTS
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
