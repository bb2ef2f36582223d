"""Read what an evaluation left in its folder, finished or not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rolewright.errors import UserError
from rolewright.evaluation.arms import BASE, BASE_ROLE
from rolewright.evaluation.log import LOG, RESULTS, RUN, read_log
from rolewright.evaluation.sample import Key, Sample
from rolewright.evaluation.suites.adherence import ADHERENCE
from rolewright.evaluation.target_arm import target_arm


@dataclass(frozen=True, slots=True)
class RunFolder:
    """An evaluation.

    Attributes:
        folder: where it lies.
        conditions: ``run.json``: what its samples depend on.
        samples: by suite, arm, probe and turn.
        finished: whether it was summed up.
    """

    folder: Path
    conditions: Mapping[str, Any]
    samples: Mapping[Key, Sample]
    finished: bool

    @property
    def target(self) -> str:
        """What was evaluated, as the user named it."""
        return str(self.conditions["target"])

    @property
    def rules(self) -> Mapping[str, str]:
        """By rule id what tells the rule from another of the same id."""
        rules: Mapping[str, str] = self.conditions["rules"]
        return rules

    def arms_of(self, suite: str) -> list[str]:
        """The arms that have samples of a suite."""
        return list(dict.fromkeys(key[1] for key in self.samples if key[0] == suite))

    def stopped_before_target(self, suite: str) -> bool:
        """Whether a broken run has of a suite only arms that tell nothing of its target yet."""
        arm = target_arm(self.arms_of(suite))
        tuned = self.conditions.get("bundle") or self.conditions.get("base")
        too_early = (BASE, BASE_ROLE) if tuned else (BASE,) if suite == ADHERENCE else ()
        return not self.finished and arm in too_early


def read_run(folder: Path) -> RunFolder:
    """Read a run; nothing in its folder is touched.

    Raises:
        UserError: there is none, an older version wrote it, or its log is damaged or empty.
    """
    file = folder / RUN
    if not file.exists():
        raise UserError.at(
            folder,
            "no evaluation lies here",
            expected="a folder that `rolewright eval --out` wrote",
        )
    try:
        conditions = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise UserError.at(file, f"not JSON: {error}") from error
    if not isinstance(conditions, dict) or not {"target", "role", "rules"} <= conditions.keys():
        raise UserError.at(
            file,
            "it does not say by which rules was judged",
            fix="evaluate anew: an older version of Rolewright wrote it",
        )
    samples = read_log(folder / LOG)
    if not samples:
        raise UserError.at(folder / LOG, "there is no answer in it", fix="finish the evaluation")
    return RunFolder(folder, conditions, samples, (folder / RESULTS).exists())
