"""Find what two runs were both asked, and are both judged by."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from rolewright.errors import UserError
from rolewright.evaluation.compare.run_folder import RunFolder
from rolewright.evaluation.outcomes import SamplePair
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.target_arm import UNDIRECTED, target_arm


@dataclass(frozen=True, slots=True)
class PairedSuite:
    """A suite that both runs have.

    Attributes:
        suite: its name.
        arms: of A and of B.
        pairs: a sample of B and one of A each, judged by the checks that they share.
        left_out: turns that only one of the runs has, or that the two ask in other words.
    """

    suite: str
    arms: tuple[str, str]
    pairs: Sequence[SamplePair]
    left_out: int


def pair_runs(first: RunFolder, second: RunFolder, arm: str | None = None) -> list[PairedSuite]:
    """Pair what two runs answered to the same prompts.

    Two samples are of one prompt if suite, probe and turn are the same, and so are the user's
    words (of a first turn also the answers before it; later ones follow the model's own).

    Args:
        first: the run A.
        second: the run B.
        arm: of both; None = of each run and suite the one that tells of its target.

    Raises:
        UserError: nothing is shared.
    """
    found = [
        paired
        for suite in dict.fromkeys(key[0] for key in first.samples)
        if suite not in UNDIRECTED
        and (paired := _pair_suite(first, second, suite, arm)) is not None
    ]
    if not any(paired.pairs for paired in found):
        raise _nothing_shared(first, second, arm)
    return found


def _nothing_shared(first: RunFolder, second: RunFolder, arm: str | None) -> UserError:
    for run in (first, second):
        if arm is None and any(run.stopped_before_target(key[0]) for key in run.samples):
            arms = sorted({key[1] for key in run.samples})
            return UserError.at(
                run.folder,
                f"it stopped before what it is about was asked: it has {', '.join(arms)} only",
                fix="finish it with the same `rolewright eval`, or name an --arm that both have",
            )
    return UserError.at(
        second.folder,
        f"no prompt of {first.folder} was asked and judged here by the same rule"
        + ("" if arm is None else f" in the arm {arm!r}"),
        expected="two evaluations of the same prompts (--data, --suites) by the same rules; a "
        "prompt is known by its `id`, else by its file's name and line",
        fix="evaluate both on the same data, with one role file"
        + ("" if arm is None else "; `rolewright compare` without --arm takes each run's own"),
    )


def _pair_suite(
    first: RunFolder, second: RunFolder, suite: str, arm: str | None
) -> PairedSuite | None:
    one, other = (_arm_of(run, suite, arm) for run in (first, second))
    if one is None or other is None:
        return None
    samples = [_by_turn(run, suite, name) for run, name in ((first, one), (second, other))]
    changed = {
        rule
        for rule in first.rules.keys() | second.rules.keys()
        if first.rules.get(rule) != second.rules.get(rule)
    }
    pairs = []
    for key, sample in samples[0].items():
        partner = samples[1].get(key)
        if partner is not None and _asked(sample) == _asked(partner):
            shared = [c for c in sample.verdicts if c in partner.verdicts and c not in changed]
            if shared:
                pairs.append((_judged_by(partner, shared), _judged_by(sample, shared)))
    left_out = len(samples[0].keys() | samples[1].keys()) - len(pairs)
    return PairedSuite(suite, (one, other), pairs, left_out)


def _arm_of(run: RunFolder, suite: str, arm: str | None) -> str | None:
    arms = run.arms_of(suite)
    if arm is None:
        return None if run.stopped_before_target(suite) else target_arm(arms)
    return arm if arm in arms else None


def _by_turn(run: RunFolder, suite: str, arm: str) -> dict[tuple[str, int], Sample]:
    return {key[2:]: sample for key, sample in run.samples.items() if key[:2] == (suite, arm)}


def _asked(sample: Sample) -> Hashable:
    return tuple(
        (message.role, message.content)
        for message in sample.conversation.prompt
        if sample.turn == 0 or message.role == "user"
    )


def _judged_by(sample: Sample, checks: Sequence[str]) -> Sample:
    return replace(sample, verdicts={check: sample.verdicts[check] for check in checks})
