"""Who may speak when: a user first, then in turn, the system message before them all."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rolewright.conversations.defect import Defect
from rolewright.conversations.formats.draft import Draft, Turn


def order_defects(draft: Draft, *, answered: bool) -> Iterator[Defect]:
    """Find what is wrong with the order of turns.

    Turns of an unknown role have been reported; nothing is concluded from them.

    Args:
        draft: the turns, the system message among them.
        answered: whether an assistant turn has to be the last and one be trained on.
    """
    yield from _misplaced_system_turns(draft.turns)
    turns = [turn for turn in draft.turns if turn.role != "system"]
    if not turns:
        yield Defect(draft.answer_key, "no turns", "a turn of the user")
        return
    yield from _turns_out_of_turn(turns)
    if answered:
        yield from _missing_answers(turns, draft.answer_key)


def _misplaced_system_turns(turns: Sequence[Turn]) -> Iterator[Defect]:
    has_first = bool(turns) and turns[0].role == "system"
    found = "a second system message" if has_first else "a system message after other turns"
    for turn in turns[1:]:
        if turn.role == "system":
            yield Defect(turn.key, found, "one system message at most, as the first turn")


def _turns_out_of_turn(turns: Sequence[Turn]) -> Iterator[Defect]:
    if turns[0].role == "assistant":
        yield Defect(turns[0].key, "an assistant turn first", "a user turn first")
    for before, turn in pairwise(turns):
        if turn.role is not None and turn.role == before.role:
            yield Defect(
                turn.key,
                f"two {turn.role} turns in a row",
                "user and assistant turns that alternate",
                "join the two, or put back what stood between them",
            )


def _missing_answers(turns: Sequence[Turn], key: str) -> Iterator[Defect]:
    if any(turn.role is None for turn in turns):
        return
    answers = [turn for turn in turns if turn.role == "assistant"]
    if not answers:
        yield Defect(key, "no assistant turn", "at least one, to be learned")
        return
    if turns[-1].role == "user":
        yield Defect(
            key,
            "a user turn last",
            "an assistant turn last",
            "add the answer, or drop the last question",
        )
    if not any(turn.train for turn in answers):
        yield Defect(
            key,
            "nothing to train on: every assistant turn is excluded by train or weight",
            "at least one assistant turn that is trained on",
            "leave the row out, or set train to true where it should be learned",
        )
