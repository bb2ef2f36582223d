"""What an evaluation says to a build: thresholds, JUnit XML, and what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rolewright.evaluation.evaluate import Samples
    from rolewright.evaluation.suites.suite import Suite
    from rolewright.evaluation.thresholds import Threshold
    from rolewright.role.schema import RoleFile


@dataclass(frozen=True, slots=True)
class Gate:
    """What a build asks of an evaluation.

    Attributes:
        thresholds: that the target has to reach.
        junit: where to write JUnit XML; None = nowhere.
    """

    thresholds: "Sequence[Threshold]"
    junit: Path | None

    def write(self, results: Mapping[str, Any], samples: "Samples") -> None:
        """Write the JUnit XML, where it is asked for."""
        from rolewright.bundle.write import write_bytes
        from rolewright.reports.junit import render_junit

        if self.junit is not None:
            write_bytes(self.junit, render_junit(results, samples))


def open_gate(
    texts: Sequence[str], junit: Path | None, suites: "Sequence[Suite]", role: "RoleFile"
) -> Gate:
    """Read ``--fail-under``, and make sure that ``--junit`` can be written, before anything runs.

    Raises:
        UserError: a threshold names nothing that will be judged, or the file is taken.
    """
    from rolewright.cli.reporting import claim_file
    from rolewright.evaluation.thresholds import parse_threshold

    names, rules = [suite.name for suite in suites], [rule.id for rule in role.rules]
    thresholds = [parse_threshold(text, names, rules) for text in texts]
    if junit is not None:
        claim_file(junit, "--junit")
    return Gate(thresholds, junit)


def falls_short(results: Mapping[str, Any]) -> bool:
    """Whether the command has to end with exit code 1."""
    reached = all(threshold["reached"] for threshold in results["thresholds"])
    return not reached or results["verdict"] == "not proven"


def show_gate(results: Mapping[str, Any]) -> None:
    """Print thresholds that are not reached, what to do about objections, and the advice."""
    from rolewright.evaluation.thresholds import describe

    for threshold in results["thresholds"]:
        if not threshold["reached"]:
            print(f"fails: {describe(threshold)}")
    for each in results["remedies"]:
        print(f"to do ({each['suite']}): {each['text']}.")
    for advice in results["advice"]:
        print(f"to do: {advice['text']}.")
