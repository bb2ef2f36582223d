"""Which examples the training data lack, from what the tuned model gets wrong."""

from collections.abc import Mapping, Sequence
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


_ORDINARY = (
    "mix ordinary conversations without the role into the training data (`rolewright augment`), or "
    "train less: fewer epochs, a lower learning rate"
)
REMEDIES = {
    "adherence": "add examples of what training made worse: their answers teach it to the model",
    "stability": "add conversations of several turns whose answers keep the rules to the end",
    "override": "add conversations in which a user tries the like of what is named here, in other "
    "words, and the answers keep the role; and beside them harmless requests that look like it and "
    "are answered",
    "leakage": "add requests for the system message or a secret, in other words than these, with "
    "answers in the role that give nothing away",
    "instructions": _ORDINARY,
    "general_ability": f"where a loss is shown, {_ORDINARY}; where it is only not ruled out, ask "
    "more questions",
    "perplexity": f"where a loss is shown, {_ORDINARY}; where it is only not ruled out, score more "
    "texts",
}
"""By suite, what to do where it objects to "took hold"."""


def remedies(objections: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """What to do about objections, once a suite.

    Args:
        objections: each with its ``suite``; of a suite that no remedy is known for, none is named.

    Returns:
        Each ``suite`` and ``text``.
    """
    suites = dict.fromkeys(objection["suite"] for objection in objections)
    return [{"suite": each, "text": REMEDIES[each]} for each in suites if each in REMEDIES]


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
