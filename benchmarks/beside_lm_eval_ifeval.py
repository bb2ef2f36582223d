"""This project's IFEval verifiers beside lm-eval's, on the same texts.

    python benchmarks/beside_lm_eval_ifeval.py cases cases.jsonl [--texts 2500] [--answers FILE…]
    OTHER/bin/python benchmarks/lm_eval_ifeval_verdicts.py cases.jsonl theirs.jsonl
    python benchmarks/beside_lm_eval_ifeval.py table cases.jsonl theirs.jsonl [--sample FILE]

``cases`` draws English texts and instructions (ifeval_cases.py) with the demo's answers among them,
and those of the files given (JSON lines with a ``response``). The second script asks lm-eval, in an
environment of its own. ``table`` counts how often both agree, prints every disagreement with
``--show``, and writes with ``--sample`` the verdicts that a test replays; last comes one JSON line.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ifeval_cases import build_cases

import rolewright.demo
from rolewright.conversations.conversation import Conversation
from rolewright.errors import Place
from rolewright.verifiers import judge_instructions

MODES = ("strict", "loose")
SAMPLED_PER_ID = 12
LONGEST_SAMPLED_CHARACTERS = 700
NOTHING_ASKED = Conversation(messages=(), system=None, id="case", place=Place("cases.jsonl", 1))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def demo_answers() -> list[str]:
    """What the demo's English project answers."""
    folder = Path(rolewright.demo.__file__).parent / "project" / "en" / "data"
    rows = [row for file in sorted(folder.glob("*.jsonl")) for row in read_lines(file)]
    turns = [turn for row in rows for turn in row.get("messages", [])]
    return [turn["content"] for turn in turns if turn["role"] == "assistant"]


def judge(case: dict[str, Any]) -> dict[str, bool]:
    """This project's strict and loose verdicts."""
    judged = {}
    for mode in MODES:
        (verdict,) = judge_instructions(
            case["text"],
            NOTHING_ASKED,
            [case["instruction_id"]],
            [case["kwargs"]],
            loose=mode == "loose",
        )
        judged[mode] = verdict.passed
    return judged


def compare(
    cases: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Put both verdicts beside each case."""
    return [
        {
            **case,
            "ours": judge(case),
            "theirs": {mode: other[mode] for mode in MODES},
            "unsteady": other["unsteady"],
        }
        for case, other in zip(cases, theirs, strict=True)
    ]


def summarise(compared: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Count verdicts, strict and loose, by instruction and in all."""
    by_id: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for each in compared:
        counts = by_id[each["instruction_id"]]
        for mode in MODES:
            counts["verdicts"] += 1
            counts["passed"] += each["theirs"][mode]
            counts["agree"] += each["ours"][mode] == each["theirs"][mode]
            counts["unsteady"] += each["unsteady"]
    texts = {each["text"] for each in compared}
    apart = {each["text"] for each in compared if each["ours"] != each["theirs"]}
    total = {
        key: sum(counts[key] for counts in by_id.values())
        for key in ("verdicts", "passed", "agree", "unsteady")
    }
    return {
        "texts": len(texts),
        "texts_with_a_disagreement": len(apart),
        "total": total,
        "instructions": {name: dict(by_id[name]) for name in sorted(by_id)},
    }


def show(summary: dict[str, Any]) -> None:
    """Print the counts as a table."""
    print("| instruction | verdicts | passed | agree | unsteady |")
    print("| --- | --- | --- | --- | --- |")
    for name, counts in (*summary["instructions"].items(), ("all", summary["total"])):
        share = counts["agree"] / counts["verdicts"]
        passed = counts["passed"] / counts["verdicts"]
        print(f"| {name} | {counts['verdicts']} | {passed:.0%} | {share:.2%} | ", end="")
        print(f"{counts['unsteady']} |")


def write_sample(compared: Sequence[dict[str, Any]], path: Path) -> None:
    """Write some short cases of each instruction with lm-eval's verdicts, and all disagreements."""
    taken: dict[str, list[dict[str, Any]]] = defaultdict(list)
    apart = []
    for each in compared:
        of_id = taken[each["instruction_id"]]
        if each["unsteady"]:
            continue
        if each["ours"] != each["theirs"]:
            apart.append(each)
        elif (
            len(of_id) < SAMPLED_PER_ID
            and len(each["text"]) <= LONGEST_SAMPLED_CHARACTERS
            # Passing and failing ones in turn.
            and each["theirs"]["strict"] == (len(of_id) % 2 == 0)
        ):
            of_id.append(each)
    chosen = [*(row for name in sorted(taken) for row in taken[name]), *apart]
    rows = [
        {**{key: row[key] for key in ("instruction_id", "kwargs", "text")}, **row["theirs"],
         "agrees": row["ours"] == row["theirs"]}
        for row in chosen
    ]  # fmt: skip
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Draw cases, or compare both verdicts on them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    what = parser.add_subparsers(dest="what", required=True)
    first = what.add_parser("cases")
    first.add_argument("cases", type=Path)
    first.add_argument("--texts", type=int, default=2_500)
    first.add_argument("--seed", type=int, default=0)
    first.add_argument("--answers", type=Path, nargs="*", default=[])
    last = what.add_parser("table")
    last.add_argument("cases", type=Path)
    last.add_argument("theirs", type=Path)
    last.add_argument("--show", action="store_true", help="print every disagreement")
    last.add_argument("--sample", type=Path, help="write the verdicts that a test replays")
    options = parser.parse_args(arguments)
    if options.what == "cases":
        given = [row["response"] for file in options.answers for row in read_lines(file)]
        built = build_cases(options.texts, options.seed, [*demo_answers(), *given])
        lines = [json.dumps(case) for case in built]
        options.cases.write_text("\n".join(lines) + "\n", "utf-8")
        return
    *theirs, versions = read_lines(options.theirs)
    compared = compare(read_lines(options.cases), theirs)
    if options.show:
        for each in compared:
            if each["ours"] != each["theirs"]:
                print(json.dumps(each, ensure_ascii=False))
    if options.sample:
        write_sample(compared, options.sample)
    summary = summarise(compared)
    show(summary)
    schema = "rolewright.benchmark.beside_lm_eval_ifeval/1"
    print(json.dumps({"schema": schema, **versions, **summary}))


if __name__ == "__main__":
    main()
