import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "confidence.py"


def test_the_cost_is_measured_in_one_run(tiny_folder):
    done = subprocess.run(
        [sys.executable, SCRIPT, "cost", "--model", tiny_folder, "--repeats", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["schema"] == "rolewright.benchmark.confidence/1"
    assert set(result["cost"]) >= {
        "head_added",
        "dropout_added",
        "cheaper_than_full_passes",
        "precision",
    }
