import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "beside_lm_polygraph.py"
VERSIONS = {"torch": "2.13.0"}


def files(folder: Path) -> list[str]:
    """What the two programs write for four answers, of which the last was decoded otherwise."""
    ours = {
        "model": "tiny",
        "dropout": {"rate": 0.1, "layers": 1, "samples": 2},
        "fitted": 4,
        "timed": 2,
        "judged": [{"ids": [5, number], "correct": number < 2} for number in range(4)],
        "confidence": {"softmax": [0.9, 0.3, 0.4, 0.1], "fused": [0.9, 0.8, 0.2, 0.1]},
        "seconds": {"greedy": [1.0, 2.0], "softmax": [1.0, 2.0], "full": [1.5, 2.25]},
        "peak_mib": 100.0,
        "versions": VERSIONS,
    }
    theirs = {
        "ids": [[5, 0], [5, 1], [5, 2], [6]],
        "uncertainty": {
            "Perplexity": [1.0, 3.0, 2.0, 4.0],
            "Sampling": [9.0, 8.0, 1.0, float("nan")],
        },
        "seconds": {"greedy": [1.0, 1.0], "Perplexity": [1.1, 1.1], "Sampling": [9.0, 11.0]},
        "peak_mib": 200.0,
        "versions": VERSIONS,
        "not_run": {"SemanticEntropy": "needs an NLI model"},
    }
    paths = [folder / "ours.json", folder / "theirs.json"]
    for path, written in zip(paths, (ours, theirs), strict=True):
        path.write_text(json.dumps(written), "utf-8")
    return [str(path) for path in paths]


def test_both_stand_in_one_table(tmp_path):
    done = subprocess.run(
        [sys.executable, SCRIPT, "table", *files(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *table, last = done.stdout.splitlines()
    assert "greedy answers that differ: 1" in table
    assert "not run: SemanticEntropy (needs an NLI model)" in table
    result = json.loads(last)
    assert result["schema"] == "rolewright.benchmark.beside_lm_polygraph/1"
    assert result["different_answers"] == 1
    softmax, fused, perplexity, sampling = result["methods"]
    assert (softmax["auroc"], softmax["added_milliseconds"]) == (0.75, 0.0)
    assert (fused["auroc"], fused["prr"], fused["added_milliseconds"]) == (1.0, 1.0, 375.0)
    # Their numbers are uncertainties: high where the answer is doubted.
    assert perplexity["auroc"] == 0.75
    assert abs(perplexity["added_share"] - 0.1) < 1e-9
    # An estimator without a value for an answer has its least surety there.
    assert (sampling["auroc"], sampling["without_a_value"]) == (0.375, 1)
