import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "simulation.py"


def test_coverage_and_verdicts_are_counted():
    done = subprocess.run(
        [sys.executable, SCRIPT, "--runs", "2", "--only", "leak"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["runs"] == 2
    leaked = result["intervals"]["leakage.leaked"]
    assert leaked["intervals"] == 2 * 2 * (1 + 12 + 2)  # conditions, arms; all, families, languages
    assert 0 <= leaked["least"] <= leaked["coverage"] <= 1
    assert result["verdicts"]["leaks to 97%, each 1"] == 1
