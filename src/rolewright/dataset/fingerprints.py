"""What is kept of a row to tell it from others: hashes and signatures, about 600 bytes."""

import re
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.places import Places
from rolewright.dataset.row import Row
from rolewright.dataset.similarity import SIGNATURE_VALUES, normalise, sign
from rolewright.dataset.text_hash import hash_texts
from rolewright.verifiers.refusal import refuses

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_BUFFERED_CHARACTERS = 500_000
_DIGITS = re.compile(r"\d+")
_HASHES = 4
_HEAD_CHARACTERS = 160  # a refusal stands at the front of an answer; what comes later is advice


@dataclass(frozen=True, slots=True)
class FingerprintTable:
    """The fingerprints of all rows; arrays have one element a row.

    Attributes:
        places: where the rows stand.
        systems: of the system message.
        prompts: of the system message and the turns before the last answer.
        answers: of the last answer.
        numbers: of the numbers in the prompt.
        declines: whether the last answer refuses what it was asked, by its wording.
        prompt_signatures: of the turns before the last answer, normalised, shape (rows, 128).
        answer_signatures: of the last answer, normalised, shape (rows, 128).
    """

    places: Places
    systems: "NDArray[np.uint64]"
    prompts: "NDArray[np.uint64]"
    answers: "NDArray[np.uint64]"
    numbers: "NDArray[np.uint64]"
    declines: "NDArray[np.bool_]"
    prompt_signatures: "NDArray[np.uint16]"
    answer_signatures: "NDArray[np.uint16]"


class Fingerprints:
    """Takes fingerprints as rows come. Several checks may share them, and each adds every row."""

    def __init__(self) -> None:
        self._last: Row | None = None
        self._places = Places()
        self._hashes = array("Q")
        self._declines = array("b")
        self._prompts: list[str] = []
        self._answers: list[str] = []
        self._buffered_characters = 0
        self._signed: list[NDArray[np.uint16]] = []
        self._table: FingerprintTable | None = None

    def add(self, row: Row) -> None:
        """Take a row's fingerprints, unless another check has just had it done."""
        if row is self._last:
            return
        self._last = row
        self._table = None
        conversation = row.conversation
        answer = conversation.answer or ""
        spoken = [message.content for message in conversation.prompt]
        prompt, normal_answer = compared_prompt(conversation), normalise(answer)
        self._places.append(conversation.place)
        self._hashes.extend(
            (
                hash_texts((row.system,)),
                hash_texts((row.system, *spoken)),
                hash_texts((answer,)),
                hash_texts(_DIGITS.findall(prompt)),
            )
        )
        self._declines.append(refuses(answer[:_HEAD_CHARACTERS], conversation).passed)
        self._prompts.append(prompt)
        self._answers.append(normal_answer)
        self._buffered_characters += len(prompt) + len(normal_answer)
        if self._buffered_characters > _MOST_BUFFERED_CHARACTERS:
            self._sign_buffered()

    def table(self) -> FingerprintTable:
        """The fingerprints of all rows so far."""
        if self._table is None:
            self._table = self._tabulate()
        return self._table

    def _tabulate(self) -> FingerprintTable:
        import numpy as np

        self._sign_buffered()
        hashes = np.array(self._hashes, dtype=np.uint64).reshape(-1, _HASHES)
        empty = np.zeros((0, 2, SIGNATURE_VALUES), dtype=np.uint16)
        signed = np.concatenate([empty, *self._signed])
        self._signed = [signed]
        systems, prompts, answers, numbers = np.ascontiguousarray(hashes.T)
        return FingerprintTable(
            self._places,
            systems,
            prompts,
            answers,
            numbers,
            np.array(self._declines, dtype=bool),
            signed[:, 0],
            signed[:, 1],
        )

    def _sign_buffered(self) -> None:
        import numpy as np

        if self._prompts:
            signed = np.stack([sign(self._prompts), sign(self._answers)], axis=1)
            self._signed.append(signed)
        self._prompts, self._answers, self._buffered_characters = [], [], 0


def compared_prompt(conversation: Conversation) -> str:
    """The turns before the last answer as they are compared with other rows'."""
    return normalise("\n".join(message.content for message in conversation.prompt))
