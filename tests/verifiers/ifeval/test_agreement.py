"""lm-eval's verdicts, as benchmarks/beside_lm_eval_ifeval.py wrote them with --sample, replayed."""

import json
from collections import Counter
from pathlib import Path

import pytest

from rolewright.verifiers import judge_instructions

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "lm_eval_verdicts.jsonl").read_text("utf-8").splitlines()
]
# Where docs/verifiers.md says why verdicts differ.
DIFFERING = {
    "change_case:capital_word_frequency",
    "change_case:english_capital",
    "language:response_language",
    "length_constraints:number_sentences",
}


def verdicts(row):
    arguments = (row["text"], None, [row["instruction_id"]], [row["kwargs"]])
    (strict,) = judge_instructions(*arguments)
    (loose,) = judge_instructions(*arguments, loose=True)
    return {"strict": strict.passed, "loose": loose.passed}


def test_each_instruction_is_judged_both_ways():
    kept = Counter((row["instruction_id"], row["strict"]) for row in ROWS if row["agrees"])
    assert len(kept) == 2 * 25
    assert min(kept.values()) >= 5


@pytest.mark.parametrize("name", sorted({row["instruction_id"] for row in ROWS}))
def test_verdicts_are_those_of_lm_eval(name):
    for row in ROWS:
        if row["instruction_id"] == name and row["agrees"]:
            theirs = {mode: row[mode] for mode in ("strict", "loose")}
            assert verdicts(row) == theirs, row


def test_where_they_differ_is_known():
    apart = [row for row in ROWS if not row["agrees"]]
    assert {row["instruction_id"] for row in apart} == DIFFERING
    for row in apart:
        assert verdicts(row) != {mode: row[mode] for mode in ("strict", "loose")}, row
