"""Which examples the training data lack, from what the tuned model gets wrong."""

from collections.abc import Sequence
from typing import Any

from rolewright.evaluation.sample import Sample

_SHOWN_CELLS = 5
_SHOWN_PROMPTS = 3
_SHOWN_CHARACTERS = 60


def advise(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Name the rules and scenarios that the tuned model fails in most, with what to add.

    Args:
        samples: of the tuned model with the role, on held-out prompts.

    Returns:
        At most five records, the cell of a rule and a scenario with most broken answers first:
        ``rule``, ``scenario`` (None = undeclared), ``broken``, ``total`` (answers of the scenario
        that the rule judged), ``prompts`` (at most three that failed: ``id``, ``prompt``,
        ``evidence``) and ``text``.
    """
    cells: dict[tuple[str, str | None], list[Sample]] = {}
    for sample in samples:
        for rule in sample.verdicts:
            cells.setdefault((rule, sample.conversation.scenario), []).append(sample)
    records = [
        _record(rule, scenario, judged, broken)
        for (rule, scenario), judged in cells.items()
        if (broken := [each for each in judged if not each.verdicts[rule].passed])
    ]
    # Equally many broken answers: the cell where they are the larger share comes first.
    records.sort(key=lambda record: (-record["broken"], record["total"]))
    return records[:_SHOWN_CELLS]


def _record(
    rule: str, scenario: str | None, judged: Sequence[Sample], broken: Sequence[Sample]
) -> dict[str, Any]:
    prompts = [
        {
            "id": sample.conversation.id,
            "prompt": sample.conversation.prompt[-1].content,
            "evidence": sample.verdicts[rule].evidence,
        }
        for sample in broken[:_SHOWN_PROMPTS]
    ]
    where = "without a scenario" if scenario is None else f"in the scenario {scenario!r}"
    shown = "; ".join(f"{_shorten(each['prompt'])!r} ({each['evidence']})" for each in prompts)
    return {
        "rule": rule,
        "scenario": scenario,
        "broken": len(broken),
        "total": len(judged),
        "prompts": prompts,
        "text": f"{len(broken)} of {len(judged)} answers {where} break the rule {rule!r}: add "
        f"examples there whose answers keep it, with inputs like {shown}, but not these, which "
        "have to stay held out",
    }


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[: _SHOWN_CHARACTERS - 1]}…"
