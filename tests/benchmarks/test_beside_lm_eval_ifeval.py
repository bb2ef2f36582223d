import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "beside_lm_eval_ifeval.py"


def run(*arguments):
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    file = tmp_path_factory.mktemp("cases") / "cases.jsonl"
    done = run("cases", file, "--texts", 50)
    assert done.returncode == 0, done.stderr
    return file


def rows(file):
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_every_instruction_has_its_turn_and_cases_are_drawn_again(cases, tmp_path):
    assert len({case["instruction_id"] for case in rows(cases)}) == 25
    run("cases", tmp_path / "again.jsonl", "--texts", 50)
    assert (tmp_path / "again.jsonl").read_bytes() == cases.read_bytes()


def test_disagreements_are_counted_and_sampled(tmp_path):
    written = [
        {"text": "Well, no.", "instruction_id": "punctuation:no_comma", "kwargs": {}},
        {"text": "No comma.", "instruction_id": "punctuation:no_comma", "kwargs": {}},
        {"text": "A, b", "instruction_id": "punctuation:no_comma", "kwargs": {}},
    ]
    answers = [
        {"strict": False, "loose": False, "unsteady": False},
        {"strict": True, "loose": True, "unsteady": False},
        {"strict": True, "loose": False, "unsteady": False},
        {"versions": {"lm_eval": "0.4.13"}},
    ]
    for name, lines in (("cases", written), ("theirs", answers)):
        (tmp_path / name).write_text("\n".join(map(json.dumps, lines)) + "\n", "utf-8")
    sample = tmp_path / "sample.jsonl"
    done = run("table", tmp_path / "cases", tmp_path / "theirs", "--show", "--sample", sample)
    assert done.returncode == 0, done.stderr
    shown, *table, last = done.stdout.splitlines()
    assert json.loads(shown)["text"] == "A, b"
    assert "| punctuation:no_comma | 6 | 50% | 83.33% | 0 |" in table
    result = json.loads(last)
    assert result["schema"] == "rolewright.benchmark.beside_lm_eval_ifeval/1"
    assert (result["texts"], result["texts_with_a_disagreement"]) == (3, 1)
    assert [(row["text"], row["agrees"]) for row in rows(sample)] == [
        ("No comma.", True),
        ("A, b", False),
    ]
