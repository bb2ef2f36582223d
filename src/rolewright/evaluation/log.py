"""The log of an evaluation: one JSON line a sample, appended as it is judged."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rolewright.evaluation.adherence import Sample

LOG = "log.jsonl"
RESULTS = "results.json"


def append_samples(file: Path, samples: Iterable[Sample]) -> None:
    """Append samples to a log."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        for sample in samples:
            stream.write(json.dumps(sample.as_record(), ensure_ascii=False) + "\n")


def read_samples(file: Path) -> list[dict[str, Any]]:
    """The records of a log, in the order in which they were judged."""
    with file.open(encoding="utf-8", newline="\n") as stream:  # U+2028 ends no line here
        return [json.loads(line) for line in stream]
