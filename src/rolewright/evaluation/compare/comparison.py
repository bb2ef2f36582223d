"""Compare two evaluations; the public shape ``rolewright.compare/1``."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from rolewright.evaluation.compare.pairing import PairedSuite, pair_runs
from rolewright.evaluation.compare.run_folder import RunFolder
from rolewright.evaluation.outcomes import (
    AdjustedDifference,
    Outcomes,
    checks_of,
    compare_outcomes,
)
from rolewright.evaluation.power import smallest_seen
from rolewright.evaluation.suites.adherence import ADHERENCE

SCHEMA = "rolewright.compare/1"
ComparisonVerdict = Literal["better", "worse", "not distinguishable"]
_Check = tuple[str, str]
"""Suite and check."""


def compare_runs(first: RunFolder, second: RunFolder, arm: str | None = None) -> dict[str, Any]:
    """Compare a run B with a run A, suite by suite and rule by rule.

    Args:
        first: A.
        second: B.
        arm: of both; None = of each run and suite the one that tells of its target.

    Returns:
        ``schema``; ``a`` and ``b`` (``run``, ``target``, ``finished``); ``suites`` (each ``suite``,
        ``arm_a``, ``arm_b``, ``left_out``, the difference of B from A on whether every shared check
        was passed, and ``rules``, each ``id`` with its difference; see
        ``AdjustedDifference.as_record``); ``notes``, ``verdict`` and ``reason``. Suites are tested
        together, and so are all rules of all suites.

    Raises:
        UserError: nothing is shared.
    """
    suites = [paired for paired in pair_runs(first, second, arm) if paired.pairs]
    overall = compare_outcomes(
        {each.suite: Outcomes.of(each.pairs, lambda s: s.kept_all) for each in suites}
    )
    rules = compare_outcomes(
        {
            (each.suite, check): Outcomes.of_check(each.pairs, check)
            for each in suites
            for check in checks_of(each.pairs)
        }
    )
    verdict, reason = decide(overall, rules)
    return {
        "schema": SCHEMA,
        "a": _record_of_run(first),
        "b": _record_of_run(second),
        "suites": [_record_of_suite(each, overall[each.suite], rules) for each in suites],
        "notes": list(_notes(first, second, arm)),
        "verdict": verdict,
        "reason": reason,
    }


def decide(
    overall: Mapping[str, AdjustedDifference], rules: Mapping[_Check, AdjustedDifference]
) -> tuple[ComparisonVerdict, str]:
    """Say in a sentence what can be said of B beside A.

    "worse" takes one suite or rule that is significantly worse, whatever is better; "better" a
    suite or rule that is, and none that is worse.

    Args:
        overall: by suite, adjusted together.
        rules: by suite and check, adjusted together.
    """
    named = dict(overall)
    named |= {f"{suite}, {check}": each for (suite, check), each in rules.items()}
    worse = [_said(name, each) for name, each in named.items() if each.change == "worse"]
    better = [_said(name, each) for name, each in named.items() if each.change == "better"]
    if worse:
        also = f"; better: {'; '.join(better)}" if better else ""
        return "worse", f"B is worse than A: {'; '.join(worse)}{also}."
    if better:
        return "better", f"B is better than A: {'; '.join(better)}."
    suite = ADHERENCE if ADHERENCE in overall else next(iter(overall))
    found = overall[suite]
    return (
        "not distinguishable",
        f"A and B are not distinguishable: {_said(suite, found)}; a difference of less than about "
        f"{100 * smallest_seen(found.paired):.0f} points could not have been seen.",
    )


def _said(name: str, found: AdjustedDifference) -> str:
    paired = found.paired
    return (
        f"{name} {found.treatment_rate:.0%} against {found.baseline_rate:.0%} on {paired.pairs} "
        f"answers ({100 * paired.difference:+.0f} points, 95% interval {100 * paired.low:+.0f} to "
        f"{100 * paired.high:+.0f}, Holm's p = {found.adjusted_p_value:.2g})"
    )


def _record_of_run(run: RunFolder) -> dict[str, Any]:
    return {"run": str(run.folder), "target": run.target, "finished": run.finished}


def _record_of_suite(
    paired: PairedSuite,
    overall: AdjustedDifference,
    rules: Mapping[_Check, AdjustedDifference],
) -> dict[str, Any]:
    return {
        "suite": paired.suite,
        "arm_a": paired.arms[0],
        "arm_b": paired.arms[1],
        "left_out": paired.left_out,
        **overall.as_record(),
        "rules": [
            {"id": check, **each.as_record()}
            for (suite, check), each in rules.items()
            if suite == paired.suite
        ],
    }


def _notes(first: RunFolder, second: RunFolder, arm: str | None) -> Iterator[str]:
    """What readers have to know of the runs, a sentence each."""
    for run in (first, second):
        if not run.finished:
            suites = sorted({key[0] for key in run.samples if run.stopped_before_target(key[0])})
            early = f", without {', '.join(suites)}, where it stopped before what it is about"
            yield f"{run.folder} is unfinished: what it has so far is compared" + (
                early if suites and arm is None else ""
            )
    names = sorted(first.rules.keys() | second.rules.keys())
    changed = [name for name in names if first.rules.get(name) != second.rules.get(name)]
    if changed:
        yield f"left out, as the two role files do not have the same: {_listed(changed)}"
    elif first.conditions["role"] != second.conditions["role"]:
        yield "the role files differ, but not in their rules"
    for key in ("max_new_tokens", "precision"):
        values = [run.conditions.get(key) for run in (first, second)]
        if values[0] != values[1]:
            yield f"{key} differs: {values[0]} in A, {values[1]} in B"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"the rule {name!r}" for name in names)
