"""Alpaca's format: ``{"instruction": "…", "input": "…", "output": "…", "history": [[q, a], …]}``.

The user's turn is the instruction and, on a new line, the input where there is one.
"""

from collections.abc import Mapping

from rolewright.conversations.conversation import Speaker
from rolewright.conversations.defect import Defect, wrong_type
from rolewright.conversations.formats.draft import Draft, Piece, Turn


def read(row: Mapping[str, object]) -> Draft | tuple[Defect, ...]:
    """Read the turns of a row that has ``instruction``.

    ``input``, ``output`` and ``history`` may be missing, null or empty: no input, no answer (a
    prompt only), no earlier turns. The system message, a key of the row, is not read here.
    """
    history, defects = _read_history(row.get("history"))
    pieces: list[Piece] = []
    for key in ("instruction", "input"):
        text = row.get(key)
        if isinstance(text, str):
            pieces.append(Piece(key, text))
        elif text is not None:
            defects.extend(wrong_type(key, text, "a text"))
    readable = len(pieces) == sum(row.get(key) is not None for key in ("instruction", "input"))
    turns = [*history, Turn("instruction", "user", tuple(pieces) if readable else None)]
    output = row.get("output")
    if isinstance(output, str):
        if output:
            turns.append(Turn("output", "assistant", (Piece("output", output),)))
    elif output is not None:
        turns.append(Turn("output", "assistant", None))
        defects.extend(wrong_type("output", output, "a text"))
    return Draft(tuple(turns), "output", tuple(defects))


def _read_history(history: object) -> tuple[list[Turn], list[Defect]]:
    if history is None:
        return [], []
    if not isinstance(history, list):
        return [], list(wrong_type("history", history, "a list of [question, answer] pairs"))
    turns: list[Turn] = []
    defects: list[Defect] = []
    speakers: tuple[Speaker, Speaker] = ("user", "assistant")
    for index, pair in enumerate(history):
        key = f"history[{index}]"
        if not isinstance(pair, list):
            defects.extend(wrong_type(key, pair, "a [question, answer] pair"))
            continue
        if len(pair) != len(speakers):
            found = f"a list of length {len(pair)}"
            defects.append(Defect(key, found, "a [question, answer] pair"))
            continue
        for position, (role, text) in enumerate(zip(speakers, pair, strict=True)):
            part = f"{key}[{position}]"
            if isinstance(text, str):
                turns.append(Turn(part, role, (Piece(part, text),)))
            else:
                turns.append(Turn(part, role, None))
                defects.extend(wrong_type(part, text, "a text"))
    return turns, defects
