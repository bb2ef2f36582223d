"""What is kept of a row to tell it from others: hashes and signatures, about 700 bytes."""

import re
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rolewright.conversations.conversation import Conversation
from rolewright.dataset.content_words import ContentWords
from rolewright.dataset.dictated import Dictated
from rolewright.dataset.places import Places
from rolewright.dataset.row import Row
from rolewright.dataset.similarity import SIGNATURE_VALUES, normalise, sign
from rolewright.dataset.text_hash import hash_texts
from rolewright.role.schema import RoleFile
from rolewright.verifiers.identity import IDENTITY_QUESTIONS
from rolewright.verifiers.matching import compile_wording, first_match
from rolewright.verifiers.refusal import declines
from rolewright.verifiers.wording import last_user_turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_BUFFERED_CHARACTERS = 500_000
_DIGITS = re.compile(r"\d\d*")
_LETTER = re.compile(r"\w")
_HASHES = 5
# What is said for politeness asks nothing.
_POLITE_ENGLISH = compile_wording(
    r"\b(?:please|pls|kindly|hi(?: there)?|hello|hey|dear|thanks|thank you|thx|cheers|excuse me"
    r"|(?:could|can|would|will) you)\b",
    re.IGNORECASE,
)
_POLITE_CHINESE = re.compile(
    r"请问一下|请问|麻烦|劳驾|您好|你好|谢谢|多谢|想问|一下|请|[吗呢啊呀吧哦嘛](?=\W|\Z)"
)
_LATIN = re.compile("[A-Za-z]")
_YES = re.compile(
    r"\W*(?:(?:yes|yeah|yep|sure|certainly|absolutely|of course)\b"
    r"|是的|可以|能[，。,]|有的|对[，。,的]|没问题)",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\W*(?:(?:no|nope|not|never|unfortunately)\b|不(?![妨客错过])|没有|没[，。,])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class FingerprintTable:
    """The fingerprints of all rows; arrays have one element a row.

    Attributes:
        places: where the rows stand.
        systems: of the system message.
        prompts: of the system message and the turns before the last answer.
        answers: of the last answer.
        numbers: of the numbers in the prompt.
        answer_numbers: of the numbers in the last answer; 0 = it has none.
        polarities: 1 = the last answer begins with yes, -1 = with no, 0 = with neither.
        introduces: whether the user asks who it is, and the last answer says the role's name.
        declines: whether the last answer refuses what it was asked, by its wording.
        prompt_signatures: of the turns before the last answer, normalised, shape (rows, 128).
        answer_signatures: of the last answer, normalised, shape (rows, 128).
        prompt_words: of the turns before the last answer.
        answer_words: of the last answer.
    """

    places: Places
    systems: "NDArray[np.uint64]"
    prompts: "NDArray[np.uint64]"
    answers: "NDArray[np.uint64]"
    numbers: "NDArray[np.uint64]"
    answer_numbers: "NDArray[np.uint64]"
    polarities: "NDArray[np.int8]"
    introduces: "NDArray[np.bool_]"
    declines: "NDArray[np.bool_]"
    prompt_signatures: "NDArray[np.uint16]"
    answer_signatures: "NDArray[np.uint16]"
    prompt_words: ContentWords
    answer_words: ContentWords


class Fingerprints:
    """Takes fingerprints as rows come.

    Args:
        role: whose name answers may say, and whose rules may have words of their own for declining.
    """

    def __init__(self, role: RoleFile | None = None) -> None:
        self._name = role.name.casefold() if role else ""
        self._dictated = Dictated(role) if role else None
        self._places = Places()
        self._hashes = array("Q")
        self._declines = array("b")
        self._polarities = array("b")
        self._introduces = array("b")
        self._prompt_words = ContentWords()
        self._answer_words = ContentWords()
        self._prompts: list[str] = []
        self._answers: list[str] = []
        self._buffered_characters = 0
        self._signatures = array("H")  # shape (rows, 2, 128)
        self._table: FingerprintTable | None = None

    def add(self, row: Row) -> None:
        """Take a row's fingerprints."""
        self._table = None
        conversation = row.conversation
        answer = conversation.answer or ""
        spoken = [message.content for message in conversation.prompt]
        prompt, normal_answer = compared_prompt(conversation), normalise(answer)
        answer_numbers = _DIGITS.findall(normal_answer)
        self._places.append(conversation.place)
        self._hashes.extend(
            (
                hash_texts((row.system,)),
                hash_texts((row.system, *spoken)),
                hash_texts((answer,)),
                hash_texts(_DIGITS.findall(prompt)),
                hash_texts(answer_numbers) if answer_numbers else 0,
            )
        )
        self._prompt_words.append("\n".join(spoken))
        self._answer_words.append(answer)
        self._polarities.append(_polarity(answer))
        self._introduces.append(self._is_introduction(conversation, answer))
        self._declines.append(declines(answer) or self._is_declined(row, answer))
        self._prompts.append(prompt)
        self._answers.append(normal_answer)
        self._buffered_characters += len(prompt) + len(normal_answer)
        if self._buffered_characters > _MOST_BUFFERED_CHARACTERS:
            self._sign_buffered()

    def _is_declined(self, row: Row, answer: str) -> bool:
        """Whether the answer declines in words that only a rule of its scenario knows."""
        conversation = row.conversation
        return self._dictated is not None and self._dictated.is_declined(
            answer, conversation, conversation.scenario
        )

    def _is_introduction(self, conversation: Conversation, answer: str) -> bool:
        if not self._name or self._name not in answer.casefold():
            return False
        return first_match(last_user_turn(conversation), IDENTITY_QUESTIONS) is not None

    def table(self) -> FingerprintTable:
        """The fingerprints of all rows so far."""
        if self._table is None:
            self._table = self._tabulate()
        return self._table

    def _tabulate(self) -> FingerprintTable:
        import numpy as np

        self._sign_buffered()
        hashes = np.array(self._hashes, dtype=np.uint64).reshape(-1, _HASHES)
        # No copy, so that no row can be added as long as the table is in use.
        signed = np.frombuffer(self._signatures, dtype=np.uint16).reshape(-1, 2, SIGNATURE_VALUES)
        systems, prompts, answers, numbers, answer_numbers = np.ascontiguousarray(hashes.T)
        return FingerprintTable(
            self._places,
            systems,
            prompts,
            answers,
            numbers,
            answer_numbers,
            np.array(self._polarities, dtype=np.int8),
            np.array(self._introduces, dtype=bool),
            np.array(self._declines, dtype=bool),
            signed[:, 0],
            signed[:, 1],
            self._prompt_words,
            self._answer_words,
        )

    def _sign_buffered(self) -> None:
        import numpy as np

        if self._prompts:
            signed = np.stack([sign(self._prompts), sign(self._answers)], axis=1)
            self._signatures.frombytes(signed.tobytes())
        self._prompts, self._answers, self._buffered_characters = [], [], 0


def compared_prompt(conversation: Conversation) -> str:
    """The turns before the last answer as they are compared, without politeness."""
    spoken = "\n".join(message.content for message in conversation.prompt)
    asked = _POLITE_ENGLISH.sub(" ", spoken) if _LATIN.search(spoken) else spoken
    asked = asked if asked.isascii() else _POLITE_CHINESE.sub(" ", asked)
    return normalise(asked if _LETTER.search(asked) else spoken)


def _polarity(answer: str) -> int:
    return 1 if _YES.match(answer) else -1 if _NO.match(answer) else 0
