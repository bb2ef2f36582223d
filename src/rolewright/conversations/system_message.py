"""The system message of a row, which may stand at the top, among the turns, or nowhere."""

from collections.abc import Mapping, Sequence

from rolewright.conversations.defect import Defect, describe, wrong_type
from rolewright.conversations.formats.draft import Piece, Turn


def read_system(
    row: Mapping[str, object], turns: Sequence[Turn]
) -> tuple[tuple[Piece, ...], tuple[Defect, ...]]:
    """Find the system message: the row's ``system``, or its first turn.

    Returns:
        Where it stands: nowhere (absent), in one place, or in two that agree, its text possibly
        empty; and the defects found. ``"system": null`` is the same as no such key;
        ``"system": false`` rules a system message out.
    """
    pieces: tuple[Piece, ...] = ()
    defects: tuple[Defect, ...] = ()
    top = row.get("system")
    if isinstance(top, str):
        pieces += (Piece("system", top),)
    elif top is not None and top is not False:
        expected = "a text, null for the role's, or false for no system message"
        defects += wrong_type("system", top, expected)
    if turns and turns[0].role == "system":
        pieces += turns[0].pieces or ()
    if top is False and pieces:
        found = f"false, where {pieces[0].key} has {describe(pieces[0].text)}"
        defects += (Defect("system", found, "one of the two", "keep one of the two"),)
    if len(pieces) > 1 and pieces[0].text != pieces[1].text:
        defects += (
            Defect(
                "system",
                f"{describe(pieces[0].text)}, where {pieces[1].key} has {describe(pieces[1].text)}",
                "one system message",
                "keep one of the two",
            ),
        )
    return pieces, defects
