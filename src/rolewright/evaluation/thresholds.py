"""Shares that a target has to reach, as a build asks for them."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rolewright.errors import UserError
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.statistics import clustered_proportion
from rolewright.evaluation.suites.adherence import ADHERENCE
from rolewright.evaluation.target_arm import UNDIRECTED

OPTION = "--fail-under"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A share that has to be reached.

    Attributes:
        suite: of whose answers.
        rule: that they have to keep; None = every check of the suite.
        least: the share, in [0, 1].
    """

    suite: str
    rule: str | None
    least: float

    def judge(self, judged: Mapping[str, Sequence[Sample]]) -> dict[str, Any]:
        """Tell whether the share is reached.

        The measured rate counts, not its interval: of 58 prompts all 58 have an interval that
        begins at 94%.

        Args:
            judged: as ``samples_of_target`` gives them.

        Returns:
            ``suite``, ``rule``, ``least``, ``passed``, ``total``, ``rate``, ``low``, ``high`` (95%)
            and ``reached``: not where no answer was judged.
        """
        samples = judged.get(self.suite, [])
        if self.rule is not None:
            samples = [sample for sample in samples if self.rule in sample.verdicts]
        share = clustered_proportion(
            [s.kept_all if self.rule is None else s.verdicts[self.rule].passed for s in samples],
            [sample.cluster for sample in samples],
        )
        reached = share.rate is not None and share.rate >= self.least
        return {**asdict(self), **asdict(share), "reached": reached}


def parse_threshold(text: str, suites: Sequence[str], rules: Sequence[str]) -> Threshold:
    """Read SHARE (of the prompts with every rule kept), SUITE=SHARE or RULE=SHARE.

    Args:
        text: the option's value.
        suites: that run.
        rules: the role's, by id.

    Raises:
        UserError: there is no such suite or rule, or no such share.
    """
    name, _, share = text.rpartition("=")
    least = _parse_share(text, share)
    known = [suite for suite in suites if suite not in UNDIRECTED]
    if not name:
        return Threshold(ADHERENCE, None, least)
    if name in known:
        return Threshold(name, None, least)
    if name in rules:
        return Threshold(ADHERENCE, name, least)
    raise UserError.at(
        OPTION,
        f"{name!r} is no rule of the role, and no suite that runs and has to be passed",
        expected=f"one of the suites {', '.join(known)} or of the rules {', '.join(rules)}",
    )


def _parse_share(text: str, share: str) -> float:
    found = re.fullmatch(r"(\d+|\d*\.\d+)(%?)", share)
    value = float(found[1]) / (100 if found[2] else 1) if found else math.nan
    if not 0 <= value <= 1:
        raise UserError.at(
            OPTION,
            f"found {text!r}",
            expected="0.9, or NAME=0.9, a share from 0 to 1 (or 0% to 100%)",
        )
    return value


def describe(threshold: Mapping[str, Any]) -> str:
    """A judged threshold as a line of text."""
    name = threshold["rule"] or threshold["suite"]
    share = "no answer was judged"
    if threshold["rate"] is not None:
        share = f"{threshold['rate']:.1%} of {threshold['total']} answers"
    return f"{name}: {share}, at least {threshold['least']:.1%} is asked for"
