"""From a role and its data to the same data with twins."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rolewright.augmentation.answers import (
    BaseAnswer,
    Decoding,
    UnfinishedRun,
    answer_twins,
    describe_plan,
)
from rolewright.augmentation.shares import KINDS, Kind
from rolewright.augmentation.system_messages import foreign_messages, paraphrases
from rolewright.augmentation.twins import Source, Twin, plan_twins, read_source, rows_of_role
from rolewright.bundle.write import write_text
from rolewright.conversations.control_tokens import control_tokens_in
from rolewright.conversations.conversation import Message
from rolewright.conversations.read import collect
from rolewright.errors import Fault, UserError
from rolewright.models.builtin import Say
from rolewright.role.schema import RoleFile


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be added.

    Attributes:
        shares: of the role's rows that get a twin of each kind.
        foreign: a YAML file of other system messages; None = the built-in ones.
        seed: of the choice of rows and system messages.
        model: of whom the twins without the role get their answers.
        decoding: how it answers.
    """

    shares: Mapping[Kind, float]
    foreign: Path | None
    seed: int
    model: str
    decoding: Decoding


@dataclass(frozen=True, slots=True)
class Augmented:
    """What was written.

    Attributes:
        rows: of the data.
        of_role: how many of them stand under the role's system message.
        twins: added, by kind.
        cut: answers among them that the token limit cut.
        left_out: twins without an answer that can be trained on.
    """

    rows: int
    of_role: int
    twins: Mapping[str, int]
    cut: int
    left_out: int


def read_sources(
    paths: Sequence[Path], role: RoleFile, *, skip_bad: bool
) -> tuple[list[Source], list[Fault]]:
    """Read the data, row by row as it stands.

    Returns:
        The good rows, and the faults of the others.

    Raises:
        UserError: as ``read_all`` does.
    """
    interpret = partial(read_source, literal_control_tokens=role.literal_control_tokens)
    return collect(paths, interpret, skip_bad=skip_bad)


def claim_file(out: Path) -> None:
    """Make sure that a file can be written, before a long run rather than behind it.

    Raises:
        UserError: it exists, or its folder does not.
    """
    if out.exists():
        raise UserError.at(
            out,
            "there is something of this name",
            expected="a path that is free; nothing is ever overwritten",
            fix="choose another path for --out",
        )
    if not out.parent.is_dir():
        raise UserError.at(out.parent, "there is no such folder", fix="make it")


def unfinished_file(out: Path) -> Path:
    """Where the answers of a run lie until ``out`` is written."""
    return out.with_name(f"{out.name}.unfinished")


def augment(
    role: RoleFile,
    sources: Sequence[Source],
    request: Request,
    out: Path,
    say: Say,
    on_answers: Callable[[int, int], None],
) -> Augmented:
    """Write the data with its twins to a new file, whole or not at all.

    An interrupted run leaves its answers in ``unfinished_file(out)``; the same call goes on there.

    Args:
        role: whose rows get twins.
        sources: all of the data.
        request: what is to be added.
        out: a JSONL file that does not exist yet.
        say: told in plain words what is happening.
        on_answers: told how many more answers there are, of how many.

    Raises:
        UserError: the role has no system message or no row, the model cannot be loaded, a prompt is
            too long for it, or the unfinished run was another.
    """
    claim_file(out)
    own = rows_of_role(role, sources)
    if not role.system or not own:
        found = "no row of the data stands under it" if role.system else "it has no system message"
        raise UserError.at(role.file, found, expected="a role that rows are to keep in its place")
    systems: dict[Kind, Sequence[str | None]] = {
        "none": [None],
        "empty": [""],
        "foreign": foreign_messages(role, request.foreign),
        "paraphrase": paraphrases(role),
    }
    twins = plan_twins(role, sources, request.shares, systems, request.seed)
    asked = [twin for twin in twins if not twin.keeps_answers]
    answers = _answers(asked, request, unfinished_file(out), say, on_answers) if asked else []
    answered = [*zip(asked, answers, strict=True)]
    usable = [(twin, each) for twin, each in answered if _is_usable(each, role)]
    made = [(twin, None) for twin in twins if twin.keeps_answers]
    rows = [source.value for source in sources]
    rows += [_row(twin, answer, request.model) for twin, answer in (*usable, *made)]
    write_text(out, "".join(_lines(rows)))
    unfinished_file(out).unlink(missing_ok=True)
    counts = Counter(twin.kind for twin, _ in (*usable, *made))
    return Augmented(
        rows=len(sources),
        of_role=len(own),
        twins={kind: counts[kind] for kind in KINDS},
        cut=sum(answer.cut for _, answer in usable),
        left_out=len(answered) - len(usable),
    )


def _answers(
    twins: Sequence[Twin],
    request: Request,
    file: Path,
    say: Say,
    on_answers: Callable[[int, int], None],
) -> list[BaseAnswer]:
    from rolewright.generation.load import load_chat_model
    from rolewright.models.fingerprint import fingerprint_model
    from rolewright.models.load import locate_model

    fingerprint = fingerprint_model(locate_model(request.model, say))
    run = UnfinishedRun.open(file, describe_plan(twins, fingerprint, request.decoding))
    if run.answers:
        say(f"{len(run.answers)} of {len(twins)} answers taken from {file}")
    model = load_chat_model(request.model, say=say)
    answer_twins(model, twins, request.decoding, run, lambda more: on_answers(more, len(twins)))
    return [run.answers[number] for number in range(len(twins))]


def _is_usable(answer: BaseAnswer, role: RoleFile) -> bool:
    """Whether a row with this answer could be read."""
    spelt = () if role.literal_control_tokens else control_tokens_in(answer.text)
    return bool(answer.text) and not spelt


def _row(twin: Twin, answer: BaseAnswer | None, model: str) -> dict[str, Any]:
    """A twin in OpenAI's format; with its source's answers where it has none of its own."""
    source = twin.source.conversation
    row: dict[str, Any] = {"id": f"{twin.source.label}/{twin.kind}"}
    if source.scenario is not None:
        row["scenario"] = source.scenario
    if source.weight != 1:
        row["weight"] = source.weight
    row["system"] = False if twin.system is None else twin.system
    row["messages"] = [_turn(message) for message in twin.messages]
    row["origin"] = {"from": twin.source.label, "system": twin.kind}
    if answer is not None:
        row["messages"].append(_turn(Message("assistant", answer.text, cut=answer.cut)))
        row["origin"]["answered_by"] = model
    return row


def _turn(message: Message) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": message.role, "content": message.content}
    if not message.train:
        turn["train"] = False
    if message.cut:
        turn["cut"] = True
    return turn


def _lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"
