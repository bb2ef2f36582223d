"""Write values.json: inputs, and what other people's packages make of them.

The packages are heavy, and no test needs them. In an environment of their own:

    pip install torch==2.13.0
    pip install netcal==1.4.0 torchmetrics==1.9.0 betacal==1.1.0 scikit-learn==1.9.1 numpy==2.4.6
    pip install --no-deps lm-polygraph==0.7.0 uncertainty-calibration==0.1.4
    python tests/confidence/golden/make.py

These versions made the file that is kept. Confidences are uniform, so that none lies on an edge of
equal-width bins or equals another; those of the set "tied" are centres of such bins.
"""

import json
import sys
import types
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from betacal import BetaCalibration
from calibration import lower_bound_scaling_ce
from netcal.binning import HistogramBinning
from netcal.metrics import ECE
from netcal.scaling import BetaCalibration as NetcalBeta
from netcal.scaling import LogisticCalibration, TemperatureScaling
from torchmetrics.classification import (
    BinaryAUROC,
    BinaryAveragePrecision,
    BinaryCalibrationError,
)

PACKAGES = ("netcal", "torchmetrics", "betacal", "lm-polygraph", "uncertainty-calibration")
PACKAGES += ("scikit-learn", "numpy", "torch")
GRID = np.linspace(0.01, 0.99, 50)
BINS = 10


def draw(seed, answers, slope, shift, *, tied):
    """Scores, and correctness with a chance whose log-odds are slope * log-odds + shift."""
    generator = np.random.default_rng(seed)
    scores = generator.uniform(0.01, 0.99, size=answers).round(6)
    if tied:
        scores = (np.ceil(scores * BINS) - 0.5) / BINS
    chance = 1 / (1 + np.exp(-(slope * np.log(scores / (1 - scores)) + shift)))
    return scores, generator.uniform(size=answers) < chance


def polygraph():
    """The modules of lm-polygraph's metrics, without its package's imports of everything else."""
    folder = Path(find_spec("lm_polygraph").origin).parent
    for name in ("lm_polygraph", "lm_polygraph.ue_metrics"):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
    from lm_polygraph.ue_metrics import pred_rej_area, ue_metric

    return pred_rej_area.PredictionRejectionArea(), ue_metric


AREA, UE_METRIC = polygraph()


def measures(scores, correct):
    """Measures by torchmetrics, netcal, lm-polygraph and the authors of the debiased error."""
    labels = correct.astype(int)
    confidence, right = torch.tensor(scores), torch.tensor(labels)
    quality = correct.astype(float)
    raw, oracle = AREA(-scores, quality), AREA(-quality, quality)
    random = UE_METRIC.get_random_scores(AREA, quality)
    return {
        "torchmetrics": {
            "auroc": float(BinaryAUROC()(confidence, right)),
            "auprc_of_wrong": float(BinaryAveragePrecision()(1 - confidence, 1 - right)),
            "ece": float(BinaryCalibrationError(n_bins=BINS, norm="l1")(confidence, right)),
        },
        "netcal": {
            "ece": float(ECE(BINS).measure(scores, labels)),
        },
        "lm-polygraph": {
            "prr": float(UE_METRIC.normalize_metric(raw, oracle, random)),
            "area": float(raw),
            "oracle": float(oracle),
            "random": float(random),
        },
        "uncertainty-calibration": {
            "debiased": float(lower_bound_scaling_ce(scores, labels, num_bins=BINS)),
        },
    }


def maps(scores, correct):
    """What maps fitted to the answers give for GRID, or for the answers themselves."""
    labels = correct.astype(int)
    found = {}
    for name, model in {
        "temperature": TemperatureScaling(),
        "logistic": LogisticCalibration(),
        "beta": NetcalBeta(),
    }.items():
        model.fit(scores, labels)
        found[name] = np.ravel(model.transform(GRID)).tolist()
    bins = HistogramBinning(BINS, equal_intervals=False)
    bins.fit(scores, labels)
    # Its transform is "not implemented" for bins of equal mass; what it would give is fitted all
    # the same: the accuracy of each bin.
    found["accuracy_of_bins"] = bins._bin_map.tolist()
    # A soft target is a right and a wrong answer with weights that add up to one.
    right, wrong = labels.sum(), (1 - labels).sum()
    target = np.where(correct, (right + 1) / (right + 2), 1 / (wrong + 2))
    soft = BetaCalibration("abm").fit(
        np.concatenate([scores, scores]),
        np.repeat([1, 0], len(scores)),
        np.concatenate([target, 1 - target]),
    )
    hard = BetaCalibration("abm").fit(scores, labels)
    return {
        "netcal": found,
        "betacal": {
            "platts_targets": soft.predict(GRID).tolist(),
            "labels": hard.predict(GRID).tolist(),
        },
    }


def main():
    """Write the file."""
    sets = []
    for seed, (name, answers, slope, shift) in enumerate(
        (
            ("calibrated", 500, 1.0, 0.0),
            ("too sure", 300, 0.4, -0.5),
            ("too unsure", 1000, 2.5, 0.3),
            ("few", 40, 0.8, 0.2),
            ("tied", 200, 0.8, 0.0),
        )
    ):
        scores, correct = draw(seed, answers, slope, shift, tied=name == "tied")
        one = {"name": name, "scores": scores.tolist(), "correct": correct.tolist()}
        one["measures"] = measures(scores, correct)
        if name not in ("few", "tied"):
            one["maps"] = maps(scores, correct)
        sets.append(one)
    values = {"made_by": {each: version(each) for each in PACKAGES}, "grid": GRID.tolist()}
    text = json.dumps(values | {"sets": sets}, separators=(",", ":"))
    Path(__file__).with_name("values.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
