"""Whether an evaluation finds what was planted: coverage of its intervals, and its verdicts.

    python benchmarks/simulation.py [--runs 200] [--only consistency]

Targets of a known behaviour (planted.py) are evaluated again and again by the real suites,
verifiers and verdict. Prints, by figure, how often its 95% interval contains the planted value,
over all conditions and in the worst; by planted behaviour, how often the verdict is right; last one
JSON line.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planted import planted_arms, prompts_of, questions_of, role_of
from planted_conditions import Condition, grid, verdicts
from planted_truth import truth_of

from rolewright.evaluation.evaluate import Settings, evaluate
from rolewright.evaluation.results import summarise
from rolewright.evaluation.suites.adherence import adherence
from rolewright.evaluation.suites.consistency import consistency
from rolewright.evaluation.suites.general_ability import general_ability
from rolewright.evaluation.suites.leakage.leakage import leakage
from rolewright.evaluation.suites.over_role import over_role
from rolewright.evaluation.suites.override.override import override
from rolewright.evaluation.suites.stability import stability
from rolewright.evaluation.suites.suite import Suite

PLANTED = 0.93
"""Share of runs in which an interval has to contain the planted value."""


def build(condition: Condition) -> list[Suite]:
    """Adherence and the condition's suite."""
    role, prompts = role_of(condition.language), prompts_of(condition.language, condition.prompts)
    size, suites = condition.size, [adherence(role, prompts)]
    match condition.suite:
        case "stability":
            suites.append(stability(role, prompts, size["sessions"]))
        case "override":
            suites.append(override(role, prompts, each=size["each"]))
        case "leakage":
            suites.append(leakage(role, size.get("each")))
        case "over_role":
            suites.append(over_role(role, prompts))
        case "consistency":
            suites.append(consistency(role, prompts))
        case "general_ability":
            suites.append(general_ability(questions_of(size["questions"])))
    return suites


def simulate(condition: Condition, runs: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """The results of so many evaluations."""
    role, suites = role_of(condition.language), build(condition)
    for run in range(runs):
        arms = planted_arms(role, suites, condition.base, condition.tuned, seed * 1_000_003 + run)
        samples = evaluate(suites, arms, Settings(), lambda _: None)
        yield summarise(role, "planted", suites, samples)


def intervals_in(figures: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every interval of some results, by its path: (low, high), None where nothing was judged."""
    if isinstance(figures, list):
        figures = {str(number): each for number, each in enumerate(figures)}
    if not isinstance(figures, dict):
        return
    if "low" in figures:
        found = (figures["low"], figures["high"])
        yield path, None if found[0] is None else found
    elif "isr_low" in figures:
        yield (*path, "isr"), (figures["isr_low"], figures["isr_high"])
    if "low" not in figures:
        for key, each in figures.items():
            yield from intervals_in(each, (*path, str(key)))


def planted_value(truth: Any, path: Sequence[str]) -> float | None:
    """The planted value of a figure.

    Raises:
        KeyError: none is known.
    """
    for key in path:
        truth = truth[int(key)] if isinstance(truth, list) else truth[key]
    return None if truth is None else float(truth)


@dataclass(slots=True)
class Count:
    """Of one figure in one condition: how many runs had an interval, and how many held."""

    held: int = 0
    runs: int = 0
    width: float = 0.0


def coverage(
    condition: Condition, results: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, ...], Count]:
    """By a figure's path, how often its interval contains the planted value."""
    truth = truth_of(build(condition), condition.base, condition.tuned)
    counts: dict[tuple[str, ...], Count] = {}
    for each in results:
        parts = {key: each[key] for key in ("arms", "suites", "paired")}
        for path, interval in intervals_in(parts):
            planted = planted_value(truth, path)
            if interval is None or planted is None:
                continue
            count = counts.setdefault(path, Count())
            count.runs += 1
            count.width += interval[1] - interval[0]
            # Rounding: an end at the planted value itself contains it.
            count.held += interval[0] - 1e-9 <= planted <= interval[1] + 1e-9
    return counts


def figure_name(path: Sequence[str]) -> str:
    """What a figure is, whatever the arm, the turn, the rule and the family."""
    if path[0] == "paired":
        return "adherence.difference"
    if path[0] == "arms":
        return f"adherence.{path[2]}"
    suite, rest = path[1], path[2:]
    kinds = {"stability": 2, "override": -1, "leakage": 1, "over_role": 0, "consistency": 1}
    name = rest[kinds.get(suite, 0)]
    if name == "pass_power":
        name = f"pass^{rest[-1]}"
    grouped = suite == "leakage" and name in {"families", "languages"}
    return f"{suite}.{'leaked' if grouped else name}"


def count_intervals(runs: int, only: str) -> dict[str, Any]:
    """By figure: mean and least coverage over all conditions, and the mean width."""
    found: dict[str, list[tuple[float, float, str]]] = {}
    for condition in grid():
        if not condition.name.startswith(only):
            continue
        for path, count in coverage(condition, list(simulate(condition, runs))).items():
            if count.runs >= runs / 2:
                entry = (count.held / count.runs, count.width / count.runs, condition.name)
                found.setdefault(figure_name(path), []).append(entry)
    return {
        name: {
            "intervals": len(each),
            "coverage": sum(share for share, _, _ in each) / len(each),
            "least": min(each)[0],
            "least_in": min(each)[2],
            "below": sum(share < PLANTED for share, _, _ in each),
            "width": sum(width for _, width, _ in each) / len(each),
        }
        for name, each in sorted(found.items())
    }


def count_verdicts(runs: int, only: str) -> dict[str, float]:
    """By planted behaviour: how often the verdict and the reason asked for are right."""
    return {
        condition.name: sum(
            results["verdict"] == condition.verdict and condition.reason in results["reason"]
            for results in simulate(condition, runs)
        )
        / runs
        for condition in verdicts()
        if condition.name.startswith(only)
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--only", default="", help="conditions whose names begin like this")
    options = parser.parse_args()
    intervals = count_intervals(options.runs, options.only)
    print(f"{'figure':36} intervals  coverage   least   width")
    for name, each in intervals.items():
        print(
            f"{name:36} {each['intervals']:9}  {each['coverage']:8.1%}  {each['least']:6.1%}  "
            f"{each['width']:6.3f}  ({each['least_in']})"
        )
    right = count_verdicts(options.runs, options.only)
    for name, share in right.items():
        print(f"{name:56} verdict right in {share:.1%}")
    result = {"runs": options.runs, "intervals": intervals, "verdicts": right}
    print(json.dumps({"schema": "rolewright.benchmark.simulation/1"} | result))


if __name__ == "__main__":
    main()
