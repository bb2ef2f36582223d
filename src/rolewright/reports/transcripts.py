"""Every conversation of an evaluation, with the offending characters of each output marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

Json = Mapping[str, Any]
Systems = Mapping[str, str | None]
"""The system message of each arm."""


def group_transcripts(
    samples: Sequence[Json], arms: Sequence[str], systems: Systems
) -> list[dict[str, Any]]:
    """Put conversations together, the arms side by side, as JSON values for ``report.js``.

    Conversations of one suite and cluster in which the user says the same become one entry: those
    of all arms, and the replies that were drawn to one prompt.

    Args:
        samples: lines of an evaluation's log.
        arms: in the order of the columns.
        systems: a reply under another system message than its arm's carries it.
    """
    talks: dict[tuple[str, str, str], list[Json]] = {}
    for sample in samples:
        talks.setdefault((sample["suite"], sample["arm"], sample["id"]), []).append(sample)
    alike: dict[tuple[Any, ...], list[list[Json]]] = {}
    for talk in talks.values():
        talk.sort(key=lambda sample: int(sample["turn"]))
        said = tuple((each["role"], each["content"]) for each in talk[0]["messages"][:-1])
        asked = tuple(sample["messages"][-1]["content"] for sample in talk)
        key = (talk[0]["suite"], talk[0]["cluster"], said, asked)
        alike.setdefault(key, []).append(talk)
    return [_entry(members, arms, systems) for members in alike.values()]


def _entry(talks: Sequence[Sequence[Json]], arms: Sequence[str], systems: Systems) -> Any:
    """Talks in which the user says the same; each is the samples of its turns."""
    first = talks[0][0]
    ids = {talk[0]["id"] for talk in talks}
    by_turn = [
        sorted(turn, key=lambda sample: arms.index(sample["arm"]))
        for turn in zip(*talks, strict=True)
    ]
    return {
        "suite": first["suite"],
        "id": first["id"] if len(ids) == 1 else first["cluster"],
        "facts": first["facts"],
        "opening": first["messages"][:-1],
        "turns": [
            {
                "asked": turn[0]["messages"][-1]["content"],
                "scenario": turn[0]["scenario"],
                "columns": [
                    {"arm": arm, "replies": [_reply(sample, systems) for sample in members]}
                    for arm, members in groupby(turn, key=lambda sample: str(sample["arm"]))
                ],
            }
            for turn in by_turn
        ],
    }


def _reply(sample: Json, systems: Systems) -> dict[str, Any]:
    """One sample. A stretch of its output is a text, or a text and what is wrong with it."""
    failed = [verdict for verdict in sample["verdicts"] if not verdict["passed"]]
    kept = [verdict for verdict in sample["verdicts"] if verdict["passed"]]
    reply: dict[str, Any] = {
        "output": [
            [stretch.text, " · ".join(stretch.faults)] if stretch.faults else stretch.text
            for stretch in mark_spans(sample["output"], failed)
        ],
        "failed": [[verdict["rule"], verdict["evidence"]] for verdict in failed],
        "kept": [[verdict["rule"], verdict["evidence"]] for verdict in kept],
        "tokens": sample["output_tokens"],
        "stopped": sample["stopped"],
    }
    if sample["system"] != systems[sample["arm"]]:
        reply["system"] = sample["system"]
    return reply


@dataclass(frozen=True, slots=True)
class Stretch:
    """Adjoining characters of an output.

    Attributes:
        text: the characters.
        faults: what is wrong with them, one sentence a broken rule; empty where nothing is.
    """

    text: str
    faults: tuple[str, ...]


def mark_spans(output: str, failed: Sequence[Json]) -> list[Stretch]:
    """Cut an output where spans of failed verdicts begin and end.

    Args:
        output: what the model wrote.
        failed: verdicts; ``span`` counts characters, [start, end), and may be None. What lies
            outside the output is ignored.
    """
    spans = [
        (max(0, verdict["span"][0]), min(len(output), verdict["span"][1]), verdict)
        for verdict in failed
        if verdict.get("span") is not None
    ]
    spans = [span for span in spans if span[0] < span[1]]
    cuts = sorted({0, len(output), *(end for start, stop, _ in spans for end in (start, stop))})
    return [
        Stretch(
            output[left:right],
            tuple(
                f"{verdict['rule']}: {verdict['evidence']}"
                for start, stop, verdict in spans
                if start <= left and right <= stop
            ),
        )
        for left, right in pairwise(cuts)
    ]


def systems_of(samples: Sequence[Json], arms: Mapping[str, Json]) -> dict[str, str | None]:
    """The system message of each arm: what the results say, else that of its first sample."""
    found = {name: arm["system"] for name, arm in arms.items()}
    for sample in samples:
        found.setdefault(sample["arm"], sample["system"])
    return found


def named_systems(
    systems: Mapping[str, str | None], role_system: str | None
) -> list[tuple[str | None, list[str]]]:
    """The different system texts with the arms that used each; the role's own comes first."""
    by_text: dict[str | None, list[str]] = {role_system: []}
    for arm, system in systems.items():
        by_text.setdefault(system, []).append(arm)
    return list(by_text.items())
