"""Write graded.json: what a real model said, whether it was right, and how sure it was.

    make demo
    python tests/confidence/golden/graded.py demo/bundle

The answers are those that the demo's fine-tuned model gives to geography questions that it was not
trained on (facts of GeoNames, CC BY 4.0). Kept of each are its grade, its confidence by maps and
heads that were fitted without it, and one raw score. Questions and answers are not kept.
"""

import json
import sys
from pathlib import Path

from rolewright.bundle.read import read_bundle
from rolewright.confidence.calibration import Calibration

RAW = "sequence_probability"


def main(folder: str) -> None:
    """Write the file."""
    bundle = read_bundle(folder)
    text = bundle.calibration()
    if text is None:
        sys.exit(f"{folder} has no calibration")
    calibration = Calibration.model_validate_json(text)
    if any(answer.confidence is None for answer in calibration.graded):
        sys.exit(f"{folder} has answers without a held-out confidence")
    kept = {
        "model": bundle.manifest.base_model.name,
        "correct": [int(answer.correct) for answer in calibration.graded],
        "held_out_confidence": [round(a.confidence or 0.0, 6) for a in calibration.graded],
        RAW: [round(answer.scores[RAW], 6) for answer in calibration.graded],
    }
    text = json.dumps(kept, separators=(",", ":"))
    Path(__file__).with_name("graded.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
