import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "training.py"


@pytest.mark.slow
def test_a_smoke_run_compares_both_and_ends_with_json(build_model, tiny_tokenizer, tmp_path):
    build_model(40_000).save_pretrained(tmp_path)
    tiny_tokenizer.save_pretrained(tmp_path)
    arguments = ["--systems", "20", "--budget", "0.1", "--conversations", "2", "--at-once", "1"]
    done = subprocess.run(
        [sys.executable, SCRIPT, "--model", tmp_path, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout.splitlines()[-1])
    assert results["schema"] == "rolewright.benchmark.training/1"
    [result] = results["results"]
    assert result["gradient_difference"] < 1e-4
    assert len(result["all_trl"]) == 3
    for each in (result["rolewright"], result["trl_same_allocator"], *result["all_trl"]):
        assert each["tokens_per_second"] > 0
        assert each["peak_gib"] > 0
