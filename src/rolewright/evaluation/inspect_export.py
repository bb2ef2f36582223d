"""Suites as tasks of Inspect AI: a folder that ``inspect eval`` runs, judged there as here.

The folder holds a Python file with a task a suite, a data set a suite, and the role with the
verifiers that it names. Only that Python file imports Inspect AI.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, Literal

from rolewright.bundle.write import claim_folder, write_text
from rolewright.conversations.conversation import Message
from rolewright.errors import Place
from rolewright.evaluation.arms import (
    BASE,
    BASE_ROLE,
    FOREIGN_ROLE,
    TUNED,
    TUNED_FOREIGN,
    TUNED_ROLE,
)
from rolewright.evaluation.probe import Probe, Turn
from rolewright.evaluation.suites.selection import judge_of
from rolewright.evaluation.suites.suite import Suite
from rolewright.evaluation.targets.target import Reply
from rolewright.role.language import language_of
from rolewright.role.load import load_role
from rolewright.role.schema import RoleFile
from rolewright.verifiers import Verdict

TASK = "task.py"
ROLE = "role/role.yaml"
"""In a folder of its own, with the files of verifiers that it names."""

Under = Literal["none", "role", "foreign"]
"""Under which system message a model is asked; which weights it has is said to Inspect."""
_UNDER: dict[str, Under] = {
    BASE: "none",
    TUNED: "none",
    BASE_ROLE: "role",
    TUNED_ROLE: "role",
    TUNED_FOREIGN: "foreign",
}
_FUNCTION = Template('''\
@task
def $name(under: str | None = None) -> Task:
    """Asked under these system messages: $systems."""
    return suite("$name", under, $decoding)
''')

Judgement = Callable[[str, Mapping[str, Any], Sequence[str]], list[dict[str, Verdict]]]
"""Suite, metadata of a sample and the replies to its turns → verdicts on each reply."""


def export_to_inspect(
    folder: Path, role: RoleFile, suites: Sequence[Suite], *, max_new_tokens: int
) -> dict[str, int]:
    """Write suites as tasks.

    Args:
        folder: new or empty.
        role: that the suites were made for.
        suites: of different names.
        max_new_tokens: limit on a reply's length.

    Returns:
        How many samples each task has, by its name.

    Raises:
        UserError: the folder is taken.
    """
    claim_folder(folder)
    write_text(folder / ROLE, role.source)
    for file in role.verifier_files:
        write_text((folder / ROLE).parent / file.name, file.source)
    samples, functions = {}, []
    for suite in suites:
        rows = list(_rows(role, suite))
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        write_text(folder / f"{suite.name}.jsonl", "".join(lines))
        samples[suite.name] = len(rows)
        decoding = {"temperature": suite.sampling.temperature, "top_p": suite.sampling.top_p}
        functions.append(
            _FUNCTION.substitute(
                name=suite.name,
                systems=", ".join(_systems(role, suite)),
                decoding=", ".join(f"{key}={value}" for key, value in decoding.items()),
            )
        )
    template = resources.files(__package__).joinpath("inspect_task.py.txt").read_text("utf-8")
    tasks = "\n\n".join(functions)
    text = Template(template).substitute(max_new_tokens=max_new_tokens, tasks=tasks)
    write_text(folder / TASK, text)  # last: without it nothing runs
    return samples


def open_export(folder: Path) -> Judgement:
    """Load the role of an export, to judge what a model replied to its samples.

    Args:
        folder: as ``export_to_inspect`` wrote it.

    Raises:
        UserError: its role cannot be loaded.
    """
    role = load_role(folder / ROLE)

    def judge(
        suite: str, metadata: Mapping[str, Any], replies: Sequence[str]
    ) -> list[dict[str, Verdict]]:
        judge_reply = judge_of(suite, role)
        probe = _read_probe(metadata["probe"])
        texts = tuple(reply.strip() for reply in replies)
        return [
            judge_reply(
                probe,
                probe.conversation(metadata["system"], texts[:turn]),
                Reply(text, None, None, stopped=True),
            )
            for turn, text in enumerate(texts)
        ]

    return judge


def score_of(turns: Sequence[Mapping[str, Verdict]]) -> dict[str, Any]:
    """What the score of a sample says, by the names that Inspect gives it.

    Args:
        turns: verdicts on each reply, at least one.

    Returns:
        ``value`` (the share of replies that pass every check), ``explanation`` (a line a verdict,
        with its evidence) and ``metadata`` (the ``verdicts``).
    """
    kept = [all(verdict.passed for verdict in verdicts.values()) for verdicts in turns]
    lines = [
        f"{number}. {'passed' if verdict.passed else 'FAILED'} {check}: {verdict.evidence}"
        for number, verdicts in enumerate(turns, start=1)
        for check, verdict in verdicts.items()
    ]
    records = [{check: asdict(v) for check, v in verdicts.items()} for verdicts in turns]
    return {
        "value": sum(kept) / len(kept),
        "explanation": "\n".join(lines),
        "metadata": {"verdicts": records},
    }


def _systems(role: RoleFile, suite: Suite) -> dict[Under, str | None]:
    """The system messages under which a suite asks."""
    texts: dict[Under, str | None] = {
        "none": None,
        "role": role.system,
        "foreign": FOREIGN_ROLE[language_of(role)],
    }
    wanted = {_UNDER[arm] for arm in suite.arms}
    return {under: text for under, text in texts.items() if under in wanted}


def _rows(role: RoleFile, suite: Suite) -> Iterator[dict[str, Any]]:
    """Samples of Inspect's own shape, a probe under a system message each."""
    for under, system in _systems(role, suite).items():
        for probe in suite.probes:
            beginning = probe.conversation(system, ()).prompt
            messages = [{"role": turn.role, "content": turn.content} for turn in beginning]
            if system is not None:
                messages.insert(0, {"role": "system", "content": system})
            twin = ", twin" if probe.facts.get("twin") else ""
            metadata = {
                "under": under,
                "group": under + twin,
                "cluster": probe.cluster,
                "system": system,
                "probe": _probe_record(probe),
            }
            yield {
                "id": f"{under}: {probe.id}", "input": messages, "target": "", "metadata": metadata
            }  # fmt: skip


def _probe_record(probe: Probe) -> dict[str, Any]:
    return {
        "id": probe.id,
        "opening": [{"role": turn.role, "content": turn.content} for turn in probe.opening],
        "turns": [asdict(turn) for turn in probe.turns],
        "facts": dict(probe.facts),
    }


def _read_probe(record: Mapping[str, Any]) -> Probe:
    return Probe(
        record["id"],
        tuple(Turn(**turn) for turn in record["turns"]),
        Place(f"the sample {record['id']}"),
        tuple(Message(**turn) for turn in record["opening"]),
        facts=record["facts"],
    )
