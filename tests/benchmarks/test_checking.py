import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "checking.py"


def test_it_measures_a_check_and_finds_what_stands_twice():
    done = subprocess.run(
        [sys.executable, SCRIPT, "--rows", "200"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "| 200 |" in done.stdout
    (run,) = json.loads(done.stdout.splitlines()[-1])["runs"]
    assert run["rows"] == 200
    assert run["near_duplicates"] == 2
    assert run["seconds"] > 0
    assert run["peak_mib"] > 0
