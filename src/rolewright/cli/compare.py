"""``rolewright compare``: whether one evaluation turned out better than another."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from rolewright.cli.options import AsJson
from rolewright.cli.output import EXIT_FALLS_SHORT, print_json, print_table, say
from rolewright.cli.suite_tables import difference


def compare(
    first: Annotated[
        Path, typer.Argument(metavar="A", help="A folder that `rolewright eval --out` wrote.")
    ],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another one.")],
    arm: Annotated[
        str | None,
        typer.Option(
            "--arm", help="Of both runs, such as base+role; else the tuned one, where there is one."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare two evaluations prompt by prompt; exit 1 if B is significantly worse than A.

    Example: rolewright compare evaluation-before evaluation
    """
    from rolewright.evaluation.compare.comparison import compare_runs
    from rolewright.evaluation.compare.run_folder import read_run

    compared = compare_runs(read_run(first), read_run(second), arm)
    for note in compared["notes"]:
        say(note)
    if as_json:
        print_json(compared)
    else:
        show_comparison(compared)
    if compared["verdict"] == "worse":
        raise typer.Exit(EXIT_FALLS_SHORT)


def show_comparison(compared: Mapping[str, Any]) -> None:
    """Print a table a suite, and the verdict."""
    for suite in compared["suites"]:
        rows = [["every check passed", *_cells(suite)]]
        rows += [[f"  {rule['id']}", *_cells(rule)] for rule in suite["rules"]]
        left_out = f", {suite['left_out']} left out" if suite["left_out"] else ""
        columns = ["", "answers", f"A: {suite['arm_a']}", f"B: {suite['arm_b']}"]
        columns += ["B - A in points, 95% interval, Holm's p", "change"]
        print_table(f"{suite['suite']}: {suite['pairs']} answers of both{left_out}", columns, rows)
    print(f"{compared['verdict']}. {compared['reason']}")


def _cells(found: Mapping[str, Any]) -> list[str]:
    rates = [f"{found[side]:.0%}" for side in ("baseline_rate", "treatment_rate")]
    return [str(found["pairs"]), *rates, difference(found), found["change"]]
