"""From a decoded row to a conversation, or to everything that is wrong with it."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from rolewright.conversations.control_tokens import control_tokens_in
from rolewright.conversations.conversation import Conversation, Message, Origin
from rolewright.conversations.defect import Defect, describe, wrong_type
from rolewright.conversations.formats import read_draft
from rolewright.conversations.formats.draft import Draft, Piece, Turn
from rolewright.conversations.rows import Row
from rolewright.conversations.system_message import read_system
from rolewright.conversations.turn_order import order_defects
from rolewright.errors import Fault

_VISIBLE = re.compile("[^\\s\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")


def assemble(
    row: Row, *, answered: bool, literal_control_tokens: bool
) -> Conversation | tuple[Fault, ...]:
    """Make a conversation of a row.

    Args:
        row: the decoded row, in any of the four formats.
        answered: whether it has to end with an assistant turn.
        literal_control_tokens: whether texts may spell out control tokens.

    Returns:
        The conversation, or at least one fault, one for each defect of the row.
    """
    value = row.value
    if not isinstance(value, dict):
        not_object = wrong_type("", value, "a JSON object", "write one conversation a row")
        return tuple(map(row.fault, (*row.defects, *not_object)))
    draft = read_draft(value)
    turns = draft.turns if isinstance(draft, Draft) else ()
    system, system_defects = read_system(value, turns)
    identity, identity_defects = _read_id(value, row.label)
    scenario, scenario_defects = _read_scenario(value)
    weight, weight_defects = _read_weight(value)
    defects = [
        *row.defects,
        *identity_defects,
        *scenario_defects,
        *weight_defects,
        *system_defects,
    ]
    if isinstance(draft, Draft):
        defects += draft.defects
        defects += order_defects(draft, answered=answered)
        defects += _empty_contents(turns)
    else:
        defects += draft
    if not literal_control_tokens:
        defects += _control_tokens(system, turns)
    if defects:
        return tuple(map(row.fault, defects))
    return Conversation(
        messages=tuple(_messages(turns)),
        system=system[0].text if system else None,
        id=identity,
        place=row.place,
        scenario=scenario,
        without_role=value.get("system") is False,
        weight=weight,
        origin=_read_origin(value),
    )


def _messages(turns: Sequence[Turn]) -> Iterator[Message]:
    for turn in turns:
        if turn.role == "user":
            yield Message("user", turn.content)
        elif turn.role == "assistant":
            yield Message("assistant", turn.content, turn.train, turn.cut)


def _read_id(row: Mapping[str, object], default: str) -> tuple[str, tuple[Defect, ...]]:
    value = row.get("id")
    if value is None or value == "":
        return default, ()
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value), ()
    return default, wrong_type("id", value, "a text or a whole number")


def _read_scenario(row: Mapping[str, object]) -> tuple[str | None, tuple[Defect, ...]]:
    value = row.get("scenario")
    if value is None or isinstance(value, str):
        return value, ()
    return None, wrong_type("scenario", value, "the name of a scenario, a text")


def _read_weight(row: Mapping[str, object]) -> tuple[float, tuple[Defect, ...]]:
    value = row.get("weight")
    if value is None:
        return 1.0, ()
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            weight = float(value)
        except OverflowError:  # an integer of hundreds of digits
            weight = math.inf
        if 0 < weight < math.inf:
            return weight, ()
    return 1.0, wrong_type("weight", value, "a finite number above 0")


def _read_origin(row: Mapping[str, object]) -> Origin | None:
    """What ``rolewright augment`` writes; an ``origin`` of another shape is someone else's key."""
    value = row.get("origin")
    if not isinstance(value, dict):
        return None
    source, system, answered_by = (value.get(key) for key in ("from", "system", "answered_by"))
    if not (isinstance(source, str) and isinstance(system, str)):
        return None
    return Origin(source, system, answered_by if isinstance(answered_by, str) else None)


def _empty_contents(turns: Sequence[Turn]) -> Iterator[Defect]:
    for turn in turns:
        if turn.role != "system" and turn.pieces and not _VISIBLE.search(turn.content):
            yield Defect(
                turn.pieces[0].key, f"{describe(turn.content)}, which says nothing", "some text"
            )


def _control_tokens(system: Sequence[Piece], turns: Sequence[Turn]) -> Iterator[Defect]:
    spoken = [piece for turn in turns for piece in turn.pieces or ()]
    for piece in dict.fromkeys((*system, *spoken)):
        tokens = control_tokens_in(piece.text)
        if tokens:
            yield Defect(
                piece.key,
                f"control tokens as text: {', '.join(tokens[:5])}",
                "text without control tokens",
                "remove them; or, where the text is about them, set `literal_control_tokens: true` "
                "in the role file",
            )
