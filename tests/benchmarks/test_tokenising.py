import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_runs_and_ends_with_one_json_line():
    command = [sys.executable, ROOT / "benchmarks" / "tokenising.py", "--conversations", "40"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["conversations"] == result["preprocess_sample"] == 40
    assert 400 < result["system_tokens"] < 600
    assert 100 < result["tokens_a_conversation"] - result["system_tokens"] < 200
    assert {"ratio", "ratio_cached", "ratio_to_bare_tiktoken"} <= result.keys()
