import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "evaluating.py"


@pytest.mark.slow
def test_a_smoke_run_compares_speed_and_answers_and_ends_with_json(tiny_folder):
    arguments = ["--model", tiny_folder, "--system-tokens", "60"]
    arguments += ["--prompts", "3", "--trial", "2", "--at-once", "2"]
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments, "--max-new-tokens", "4"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout.splitlines()[-1])
    assert results["schema"] == "rolewright.benchmark.evaluating/1"
    (only,) = results["rounds"]
    assert only["equal"] == 1
    assert only["margins"] == []
    for each in (only["rolewright"], only["transformers"]):
        assert each["seconds"] > 0
        assert each["peak_gib"] > 0
        assert 60 <= each["system_tokens"] < 120
