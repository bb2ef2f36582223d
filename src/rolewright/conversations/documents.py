"""Texts that nobody said to anybody, to measure perplexity on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rolewright.conversations.defect import Defect, wrong_type
from rolewright.conversations.read import collect
from rolewright.conversations.rows import Row
from rolewright.errors import Fault, Place, UserError

_ROWS = {".jsonl", ".json"}


@dataclass(frozen=True, slots=True)
class Document:
    """One text.

    Attributes:
        id: "<file name>", of a row "<file name>:<line>".
        text: not blank.
        place: where it was read.
    """

    id: str
    text: str
    place: Place


def read_documents(paths: Sequence[str | Path]) -> list[Document]:
    """Read texts: each row's ``text`` of a ``.jsonl`` or ``.json`` file, else the file as a whole.

    Args:
        paths: files of any of these kinds.

    Raises:
        UserError: a file or a row holds no text, or there is only one text at all, from which it
            cannot be told how much texts differ.
    """
    documents: list[Document] = []
    for path in map(Path, paths):
        if path.suffix.lower() in _ROWS:
            documents += collect([path], _of_row)[0]
        else:
            documents.append(_of_file(path))
    if len(documents) == 1:
        raise UserError(
            Fault(
                documents[0].place,
                "one text alone gives no interval",
                "at least two texts",
                'give each text a file, or a row {"text": …} of a JSONL file, of its own',
            )
        )
    return documents


def _of_row(row: Row) -> Document | tuple[Fault, ...]:
    text = row.value.get("text") if isinstance(row.value, dict) else row.value
    defects = list(row.defects)
    if not isinstance(row.value, dict) or not isinstance(text, str):
        defects += wrong_type("text", text, 'a row {"text": …}')
    elif not text.strip():
        defects.append(Defect("text", "it is blank", "some text"))
    if defects or not isinstance(text, str):
        return tuple(map(row.fault, defects))
    return Document(row.label, text, row.place)


def _of_file(path: Path) -> Document:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError.at(path, f"not UTF-8 at byte {error.start}", fix="save as UTF-8") from error
    except OSError as error:
        raise UserError.at(path, f"it cannot be read: {error.strerror}") from error
    if not text.strip():
        raise UserError.at(path, "it is blank", expected="some text")
    return Document(path.name, text, Place(str(path)))
