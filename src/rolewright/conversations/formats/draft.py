"""What a format makes of a row: turns as they were written, in whatever order they came."""

from dataclasses import dataclass
from typing import Literal

from rolewright.conversations.conversation import Speaker
from rolewright.conversations.defect import Defect

Role = Speaker | Literal["system"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A text and the key of the row where it stands."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn, the system message among them.

    Attributes:
        key: where it stands in the row (``messages[2]``).
        role: None where the role is unknown and was reported.
        pieces: the texts that make up its content, most often one; None where the content is of
            the wrong type and was reported.
        train: whether the row lets it be trained on.
        cut: whether the row says that it breaks off.
    """

    key: str
    role: Role | None
    pieces: tuple[Piece, ...] | None
    train: bool = True
    cut: bool = False

    @property
    def content(self) -> str:
        """The pieces that are not empty, one a line."""
        pieces = self.pieces or ()
        if len(pieces) == 1:
            return pieces[0].text
        return "\n".join(piece.text for piece in pieces if piece.text)


@dataclass(frozen=True, slots=True)
class Draft:
    """The turns of a row.

    Attributes:
        turns: in the order of the row.
        answer_key: the key to point at where the answer is missing.
        defects: roles, contents and flags that could not be understood.
    """

    turns: tuple[Turn, ...]
    answer_key: str
    defects: tuple[Defect, ...] = ()
