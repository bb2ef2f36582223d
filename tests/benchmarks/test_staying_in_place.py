import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "staying_in_place.py"


@pytest.mark.slow
def test_a_smoke_run_answers_under_every_system_message_and_ends_with_json(tiny_folder):
    arguments = ["--model", tiny_folder, "--rows", "8", "--prompts", "2", "--max-new-tokens", "4"]
    arguments += ["--shares", "none=0.25,paraphrase=0.25", "--set", "max_steps=1"]
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout.splitlines()[-1])
    assert results["schema"] == "rolewright.benchmark.staying_in_place/1"
    assert results["prompts"] == 2
    assert set(results["kept"]) == {"base", "plain", "augmented"}
    for of_model in results["kept"].values():
        assert set(of_model) == {"role", "reworded", "none", "empty", "other"}
    assert all(each["same_as_base"] == 1 for each in results["kept"]["base"].values())
    assert set(results["targets"]) == {"keeps the role", "plain stays away", "augmented stays away"}
