"""What to change so that a run fits into a GPU's memory, found by trying."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from rolewright.models.memory import Plan, Strategy, estimate_memory
from rolewright.models.shape import ModelShape

_MOST_GPUS = 64
_SHORTEST = 512


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way to fit.

    Attributes:
        changes: against what was planned; settings as ``--set`` takes them.
        strategy: of sharding.
        gpus: how many.
        total: bytes on each then.
    """

    changes: tuple[str, ...]
    strategy: Strategy
    gpus: int
    total: int


@dataclass(frozen=True, slots=True)
class _Change:
    cost: int = 0
    texts: tuple[str, ...] = ()
    plan: Mapping[str, Any] = field(default_factory=dict)
    machines: tuple[Strategy, int] | None = None


def suggest(
    shape: ModelShape, plan: Plan, strategy: Strategy, gpus: int, limit: int, *, most: int = 3
) -> list[Suggestion]:
    """Find the smallest changes with which a run fits.

    Args:
        shape: the model's.
        plan: what does not fit.
        strategy: of sharding.
        gpus: how many there are.
        limit: bytes of each.
        most: so many ways at most.

    Returns:
        Cheapest first: time is cheaper than other results, these are cheaper than more machines.
        None contains all changes of another. Empty where nothing helps.
    """
    found: list[Suggestion] = []
    combinations = [_together(parts) for parts in product(*_changes(plan, strategy, gpus))]
    for change in sorted(combinations, key=lambda change: change.cost):
        changed = replace(plan, **change.plan)
        contained = any(_kinds(each.changes) <= _kinds(change.texts) for each in found)
        if contained or (changed.full and changed.quantization != "none"):
            continue
        strategy_then, gpus_then = change.machines or (strategy, gpus)
        total = estimate_memory(shape, changed, strategy_then, gpus_then).total
        if total <= limit:
            found.append(Suggestion(change.texts, strategy_then, gpus_then, total))
        if len(found) == most:
            break
    return found


def _kinds(texts: Sequence[str]) -> set[str]:
    return {text.lstrip("0123456789") for text in texts}  # any number of GPUs is the same change


def _together(parts: Sequence[_Change]) -> _Change:
    fields: dict[str, Any] = {}
    for part in parts:
        fields |= part.plan
    texts = tuple(text for part in parts for text in part.texts)
    machines = next((part.machines for part in parts if part.machines), None)
    return _Change(sum(part.cost for part in parts), texts, fields, machines)


def _changes(plan: Plan, strategy: Strategy, gpus: int) -> list[list[_Change]]:
    """Of each setting what may be tried, one of which is to leave it."""
    choices: list[list[_Change]] = [[_Change()] for _ in range(6)]
    if not plan.checkpointing:
        choices[0].append(_Change(1, ("gradient_checkpointing=true",), {"checkpointing": True}))
    if plan.conversations > 1:
        fields = {"conversations": 1, "packed": False}
        choices[1].append(_Change(1, ("micro_batch_size=1",), fields))
    if plan.quantization == "none":
        choices[2].append(_Change(2, ("quantization=nf4",), {"quantization": "nf4"}))
    if plan.full:
        choices[3].append(_Change(5, ("method=lora",), {"full": False}))
    shorter = plan.conversation_tokens // 2
    if shorter >= _SHORTEST:
        trained = min(plan.trained_tokens, shorter)
        fields = {"conversation_tokens": shorter, "trained_tokens": trained}
        text = f"max_length_tokens={plan.system_tokens + shorter}"
        choices[4].append(_Change(4, (text,), fields))
    sharded = () if strategy == "fsdp" else ("distributed.strategy=fsdp",)
    if sharded and gpus > 1:
        choices[5].append(_Change(2, sharded, machines=("fsdp", gpus)))
    cost, more = 5, 2 * gpus
    while more <= _MOST_GPUS:
        choices[5].append(_Change(cost, (*sharded, f"{more} GPUs"), machines=("fsdp", more)))
        cost, more = cost + 1, 2 * more
    return choices
