import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "planning.py"


def test_it_plans_an_epoch():
    arguments = ["--conversations", "96", "--row-tokens", "8192"]
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["conversations"] == 96
    assert result["rows"] >= 3  # a step of 32 needs one at least
    assert 2 < result["times_fewer_tokens"] < 4
