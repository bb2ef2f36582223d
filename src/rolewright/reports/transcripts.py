"""All samples by prompt, with the offending characters of each output marked."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Adjoining characters of an output.

    Attributes:
        text: the characters.
        faults: what is wrong with them, one sentence a broken rule; empty where nothing is.
    """

    text: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """One sample.

    Attributes:
        stretches: the output, piece by piece.
        failed: verdicts of the rules it breaks.
        kept: verdicts of the rules it keeps.
        broken_rules: ids of the rules it breaks, as a JSON list.
        record: the log line.
    """

    stretches: tuple[Stretch, ...]
    failed: tuple[Json, ...]
    kept: tuple[Json, ...]
    broken_rules: str
    record: Json


@dataclass(frozen=True, slots=True)
class Column:
    """The replies of one arm to a prompt: usually one."""

    arm: str
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A prompt and what each arm answered.

    Attributes:
        id: of the prompt.
        anchor: the id to link to, unique in the page.
        scenario: its name, or None.
        messages: the prompt's turns.
        columns: by arm.
    """

    id: str
    anchor: str
    scenario: str | None
    messages: tuple[Json, ...]
    columns: tuple[Column, ...]


def group_transcripts(samples: Sequence[Json], arms: Sequence[str]) -> list[Transcript]:
    """Group samples by prompt id, in the order in which the ids first appear.

    Args:
        samples: lines of an evaluation's log.
        arms: the order of the columns; arms that only the samples name follow.
    """
    prompts: dict[str, list[Json]] = {}
    for sample in samples:
        prompts.setdefault(str(sample["id"]), []).append(sample)
    anchors: set[str] = set()
    return [_transcript(id_, members, arms, anchors) for id_, members in prompts.items()]


def _transcript(
    id_: str, samples: Sequence[Json], arms: Sequence[str], anchors: set[str]
) -> Transcript:
    by_arm: dict[str, list[Json]] = {arm: [] for arm in arms}
    for sample in samples:
        by_arm.setdefault(sample["arm"], []).append(sample)
    return Transcript(
        id=id_,
        anchor=_anchor(id_, anchors),
        scenario=samples[0].get("scenario"),
        messages=tuple(samples[0]["messages"]),
        columns=tuple(
            Column(arm, tuple(map(_reply, members))) for arm, members in by_arm.items() if members
        ),
    )


def _anchor(id_: str, taken: set[str]) -> str:
    plain = "prompt-" + (re.sub(r"[^\w.-]+", "-", id_).strip("-") or "unnamed")
    anchor, number = plain, 2
    while anchor in taken:
        anchor, number = f"{plain}-{number}", number + 1
    taken.add(anchor)
    return anchor


def _reply(sample: Json) -> Reply:
    failed = tuple(verdict for verdict in sample["verdicts"] if not verdict["passed"])
    return Reply(
        stretches=tuple(mark_spans(sample["output"], failed)),
        failed=failed,
        kept=tuple(verdict for verdict in sample["verdicts"] if verdict["passed"]),
        broken_rules=json.dumps([verdict["rule"] for verdict in failed], ensure_ascii=False),
        record=sample,
    )


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


def named_systems(
    arms: Mapping[str, Json], role_system: str | None
) -> list[tuple[str | None, list[str]]]:
    """The different system texts with the arms that used each; the role's own comes first."""
    by_text: dict[str | None, list[str]] = {role_system: []}
    for name, arm in arms.items():
        by_text.setdefault(arm.get("system"), []).append(name)
    return list(by_text.items())
