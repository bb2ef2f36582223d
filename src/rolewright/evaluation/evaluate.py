"""Run an evaluation: all arms on the same prompts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.adherence import Sample, run_arm
from rolewright.evaluation.arms import Arm
from rolewright.evaluation.log import append_samples
from rolewright.evaluation.results import summarise
from rolewright.role.schema import RoleFile


@dataclass(frozen=True, slots=True)
class Settings:
    """How an evaluation decodes and where it logs.

    Attributes:
        max_new_tokens: limit on an answer's length.
        batch_size: prompts decoded together.
        trained_prompts: how many of the prompts were trained on, for the results.
        log: file to which each sample is appended as soon as it is judged; None = no log.
    """

    max_new_tokens: int = 256
    batch_size: int = 32
    log: Path | None = None
    trained_prompts: int = 0


def evaluate(
    role: RoleFile,
    target: str,
    arms: Sequence[Arm],
    prompts: Sequence[Conversation],
    settings: Settings,
    on_samples: Callable[[list[Sample]], None],
) -> tuple[dict[str, Any], list[Sample]]:
    """Let every arm answer every prompt and judge the answers by the role's rules.

    Args:
        role: its rules judge.
        target: the bundle or model, as the user named it.
        arms: at least ``base`` and ``base+role``.
        prompts: as ``prompts_under_role`` chose them.
        settings: how.
        on_samples: told of the samples of each batch.

    Returns:
        The results (see ``results.summarise``) and all samples, arm by arm.
    """

    def record(samples: list[Sample]) -> None:
        if settings.log is not None:
            append_samples(settings.log, samples)
        on_samples(samples)

    samples = {
        arm.name: run_arm(
            arm,
            role,
            prompts,
            max_new_tokens=settings.max_new_tokens,
            batch_size=settings.batch_size,
            on_samples=record,
        )
        for arm in arms
    }
    results = summarise(role, target, samples, trained_prompts=settings.trained_prompts)
    return results, [sample for of_arm in samples.values() for sample in of_arm]
