"""Run an evaluation: all suites in all arms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rolewright.evaluation.arms import Arm
from rolewright.evaluation.context_limit import refuse_empty
from rolewright.evaluation.log import append_records
from rolewright.evaluation.run import run_suite
from rolewright.evaluation.sample import Key, Sample
from rolewright.evaluation.suites.suite import Suite

Samples = dict[str, dict[str, list[Sample]]]
"""By suite and arm; within an arm by probe and turn."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How an evaluation decodes and where it logs.

    Attributes:
        max_new_tokens: limit on an answer's length.
        log: file to which each sample is appended as soon as it is judged; None = no log.
        done: samples that a broken run of the same conditions has logged.
    """

    max_new_tokens: int = 256
    log: Path | None = None
    done: Mapping[Key, Sample] = field(default_factory=dict)


def evaluate(
    suites: Sequence[Suite],
    arms: Sequence[Arm],
    settings: Settings,
    on_samples: Callable[[list[Sample]], None],
) -> Samples:
    """Let every arm answer the probes of every suite that runs in it.

    Args:
        suites: of different names.
        arms: of different names.
        settings: how.
        on_samples: told of the samples of each batch.

    Raises:
        UserError: a conversation cannot be answered, or nothing of a suite fits into the context.
    """

    def record(samples: list[Sample]) -> None:
        if settings.log is not None:
            append_records(settings.log, (sample.as_record() for sample in samples))
        on_samples(samples)

    found: Samples = {suite.name: {} for suite in suites}
    # Arm by arm: weights are opened once each, however many suites there are.
    for arm in arms:
        for suite in suites:
            if arm.name in suite.arms:
                found[suite.name][arm.name] = run_suite(
                    suite,
                    arm,
                    max_new_tokens=settings.max_new_tokens,
                    done=settings.done,
                    on_samples=record,
                )
                refuse_empty(suite.name, found[suite.name], settings.max_new_tokens)
    return found
