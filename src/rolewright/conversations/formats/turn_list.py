"""Turns that stand in a list of objects, each with a speaker and a text.

Three of the four formats are such lists; they differ in names only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rolewright.conversations.defect import Defect, describe, quote, wrong_type
from rolewright.conversations.formats.draft import Draft, Piece, Role, Turn

_TOOL_ROLES = frozenset({"tool", "function", "observation", "function_call"})


@dataclass(frozen=True, slots=True)
class Layout:
    """The names that a format uses.

    Attributes:
        turns: key of the list of turns.
        speaker: key, inside a turn, of who speaks.
        text: key, inside a turn, of what is said.
        roles: what the speakers are called.
    """

    turns: str
    speaker: str
    text: str
    roles: Mapping[str, Role]


def read_turn_list(row: Mapping[str, object], layout: Layout) -> Draft | tuple[Defect, ...]:
    """Read the turns of a row.

    Every turn may carry ``train`` (true or false) or ``weight`` (0 or 1), which say whether it is
    trained on, and ``cut`` (true or false), whether it breaks off; null is the same as no such key.
    Other keys of a turn are ignored.
    """
    items = row[layout.turns]
    if not isinstance(items, list):
        return wrong_type(layout.turns, items, "a list of turns")
    turns: list[Turn] = []
    defects: list[Defect] = []
    for index, item in enumerate(items):
        turn, found = _read_turn(item, f"{layout.turns}[{index}]", layout)
        turns.append(turn)
        defects.extend(found)
    return Draft(tuple(turns), layout.turns, tuple(defects))


def _read_turn(item: object, key: str, layout: Layout) -> tuple[Turn, list[Defect]]:
    wanted = f"{quote(layout.speaker)} and {quote(layout.text)}"
    if not isinstance(item, dict):
        return Turn(key, None, None), list(wrong_type(key, item, f"an object with {wanted}"))
    if layout.speaker not in item and layout.text not in item:
        names = ", ".join(quote(name) for name in list(item)[:5]) or "none"
        defect = Defect(key, f"an object with the keys {names}", f"the keys {wanted}")
        return Turn(key, None, None), [defect]
    role, role_defects = _read_role(item, key, layout)
    pieces, text_defects = _read_text(item, key, layout)
    train, train_defects = _read_train(item, key)
    cut = item.get("cut")
    cut_defects = () if cut is None or isinstance(cut, bool) else _not_a_switch(f"{key}.cut", cut)
    defects = [*role_defects, *text_defects, *train_defects, *cut_defects]
    return Turn(key, role, pieces, train, cut is True), defects


def _read_role(
    item: Mapping[str, object], key: str, layout: Layout
) -> tuple[Role | None, tuple[Defect, ...]]:
    speaker = item.get(layout.speaker)
    if isinstance(speaker, str) and speaker in layout.roles:
        return layout.roles[speaker], ()
    key = f"{key}.{layout.speaker}"
    expected = "one of " + ", ".join(map(quote, layout.roles))
    if layout.speaker not in item:
        return None, (Defect(key, "missing", expected),)
    if not isinstance(speaker, str):
        return None, wrong_type(key, speaker, expected)
    fix = ""
    if speaker in _TOOL_ROLES:
        fix = "leave such rows out: turns of tools are not supported"
    elif speaker.strip().lower() in layout.roles:
        fix = f"write {quote(speaker.strip().lower())}"
    elif speaker == "developer":
        fix = 'write "system"'
    return None, (Defect(key, f"the unknown role {quote(speaker)}", expected, fix),)


def _read_text(
    item: Mapping[str, object], key: str, layout: Layout
) -> tuple[tuple[Piece, ...] | None, tuple[Defect, ...]]:
    key = f"{key}.{layout.text}"
    if layout.text not in item:
        return None, (Defect(key, "missing", "a text"),)
    text = item[layout.text]
    if isinstance(text, str):
        return (Piece(key, text),), ()
    fix = "join the text parts to one text; images and sound are not supported"
    return None, wrong_type(key, text, "a text", fix if isinstance(text, list) else "")


def _read_train(item: Mapping[str, object], key: str) -> tuple[bool, tuple[Defect, ...]]:
    train, weight = item.get("train"), item.get("weight")
    defects: tuple[Defect, ...] = ()
    if not (train is None or isinstance(train, bool)):
        defects += _not_a_switch(f"{key}.train", train)
    if not (weight is None or _is_zero_or_one(weight)):
        defects += wrong_type(f"{key}.weight", weight, "0 or 1")
    if defects:
        return True, defects
    if train is not None and weight is not None and train != bool(weight):
        found = f"{describe(weight)}, where train is {describe(train)}"
        return True, (Defect(f"{key}.weight", found, "train and weight that agree", "keep one"),)
    return bool(train if train is not None else weight is None or weight), ()


def _not_a_switch(key: str, value: object) -> tuple[Defect, ...]:
    return wrong_type(key, value, "true or false")


def _is_zero_or_one(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value in (0, 1)
