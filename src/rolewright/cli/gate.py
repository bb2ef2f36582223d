"""What an evaluation says to a build: thresholds, JUnit XML, and what to do next."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rolewright.evaluation.evaluate import Samples
    from rolewright.evaluation.suites.suite import Suite
    from rolewright.evaluation.thresholds import Threshold
    from rolewright.role.schema import RoleFile


def read_thresholds(
    texts: Sequence[str], suites: "Sequence[Suite]", role: "RoleFile"
) -> "list[Threshold]":
    """Read what ``--fail-under`` asks for, before anything runs.

    Raises:
        UserError: it names nothing that will be judged.
    """
    from rolewright.evaluation.thresholds import parse_threshold

    names, rules = [suite.name for suite in suites], [rule.id for rule in role.rules]
    return [parse_threshold(text, names, rules) for text in texts]


def write_junit(file: Path, results: Mapping[str, Any], samples: "Samples") -> None:
    """Write the results for a build server."""
    from rolewright.bundle.write import write_bytes
    from rolewright.reports.junit import render_junit

    write_bytes(file, render_junit(results, samples))


def show_gate(results: Mapping[str, Any]) -> None:
    """Print thresholds that are not reached, and the advice."""
    from rolewright.evaluation.thresholds import describe

    for threshold in results["thresholds"]:
        if not threshold["reached"]:
            print(f"fails: {describe(threshold)}")
    for advice in results["advice"]:
        print(f"to do: {advice['text']}.")
