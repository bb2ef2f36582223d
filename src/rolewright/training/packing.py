"""Choose how conversations are laid out, and say what that saves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rolewright.errors import UserError
from rolewright.models.builtin import Say
from rolewright.prefix.loss import causal_model
from rolewright.prefix.plan import Limits
from rolewright.prefix.row import Row
from rolewright.prefix.support import row_obstacle, try_rows, verify
from rolewright.tokens.example import Example
from rolewright.training.config import TrainingConfig
from rolewright.training.steps import Layout, StepPlanner, StepSampler

_LARGEST_DIFFERENCE = {"fp32": 1e-4, "bf16": 3e-2}
_LARGEST_OF_GRADIENTS = {"fp32": 1e-4, "bf16": 1e-1}
"""Relative, between a row and plain passes: round-off stays far below, a wrong mask far above.
Gradients in bf16 sum up the round-off of every layer."""


def choose_layout(
    model: Any, examples: Sequence[Example], config: TrainingConfig, pad_id: int, say: Say
) -> Layout:
    """Lay conversations out in rows if the model computes those exactly.

    Args:
        model: with the parameters to train switched on.
        examples: all of them.
        config: how to train.
        pad_id: any token id.
        say: told what is chosen and what it saves.

    Raises:
        UserError: rows are asked for, and the model cannot compute them or computes them wrongly.
    """
    packing = config.packing
    limits = Limits(
        packing.most_row_tokens,
        config.micro_batch_size,
        packing.kind in {"auto", "shared_prefix"},
    )
    small = packing.row_tokens is None and model.device.type == "cpu"
    padded = Layout(limits, small, rows=False, pad_id=pad_id)
    if packing.kind == "none":
        return padded
    obstacle = row_obstacle(causal_model(model).config, max(map(len, examples)))
    if obstacle is None:
        obstacle = _trial_obstacle(model)
    if obstacle is None:
        return replace(padded, rows=True)
    if packing.kind == "auto":
        say(f"the system message is computed for each conversation anew: {obstacle}")
        return padded
    raise UserError.at(
        f"packing.kind: {packing.kind}",
        f"this model cannot compute it exactly: {obstacle}",
        fix="use packing.kind=none",
    )


def _trial_obstacle(model: Any) -> str | None:
    difference = try_rows(model)
    if difference <= _limit(model, _LARGEST_DIFFERENCE):
        return None
    return f"a small trial differs from its own computation by {difference:.1e} (relative)"


def tell_savings(planner: StepPlanner, sampler: StepSampler, say: Say) -> None:
    """Say how many tokens sharing saves, which is about the speed-up to expect."""
    saved = planner.savings(sampler)
    say(
        f"{saved.before:,} tokens an epoch, {saved.after:,} to compute ({saved.factor:.1f} times "
        "fewer): what conversations share from the start goes through the model once a row of at "
        f"most {planner.limits.tokens:,} tokens"
    )


def tell_weights(sampler: StepSampler, say: Say) -> None:
    """Say what the weights of the examples do to the first epoch."""
    times = Counter(index for step in sampler for index in step)
    repeated = sum(number > 1 for number in times.values())
    say(
        f"by their weights, {times.total() - len(times):,} of {times.total():,} examples are left "
        f"out of the first epoch and {repeated:,} come more than once"
    )


def verify_step(model: Any, planner: StepPlanner, chosen: Sequence[int], say: Say) -> None:
    """Compare the first step with plain passes, and say how far they are apart.

    Raises:
        UserError: further than round-off explains.
    """
    rows = [each for each in planner.plan(chosen).passes if isinstance(each, Row)]
    of_loss, of_gradient = verify(model, rows, [planner.examples[index] for index in chosen])
    say(
        f"verified: loss and gradients of {len(chosen)} conversations in {len(rows)} rows differ "
        f"from plain passes by {of_loss:.1e} and {of_gradient:.1e} (relative)"
    )
    _refuse_difference(model, of_loss, _LARGEST_DIFFERENCE, "the loss of the first step")
    gradient = "the gradient of the first step"
    _refuse_difference(model, of_gradient, _LARGEST_OF_GRADIENTS, gradient)


def _refuse_difference(model: Any, found: float, largest: dict[str, float], what: str) -> None:
    limit = _limit(model, largest)
    if not found <= limit:
        raise UserError.at(
            "packing",
            f"{what} differs from this model's own computation by {found:.1e} (relative)",
            expected=f"at most {limit:.0e}",
            fix="use packing.kind=none, and report it with the model's name",
        )


def _limit(model: Any, largest: dict[str, float]) -> float:
    return largest["fp32" if next(model.parameters()).dtype.itemsize == 4 else "bf16"]
