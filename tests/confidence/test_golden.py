"""Against what independent packages made of the same answers: see golden/make.py."""

import json
from pathlib import Path

import numpy as np
import pytest

from rolewright.confidence.calibrators import (
    fit_beta,
    fit_histogram,
    fit_platt,
    fit_temperature,
)
from rolewright.confidence.metrics import (
    auprc,
    aurc,
    auroc,
    debiased_error,
    equal_width_error,
    prr,
)

VALUES = json.loads(Path(__file__).with_name("golden").joinpath("values.json").read_text("utf-8"))
GRID = VALUES["grid"]
SINGLE = 1e-6  # torchmetrics computes in single precision
FITTED = [each for each in VALUES["sets"] if "maps" in each]


def named(sets):
    return pytest.mark.parametrize("answers", sets, ids=[each["name"] for each in sets])


def arrays(answers):
    return np.array(answers["scores"]), np.array(answers["correct"])


def test_all_sets_are_there():
    names = [each["name"] for each in VALUES["sets"]]
    assert names == ["calibrated", "too sure", "too unsure", "few", "tied"]
    assert len(FITTED) == 3


@named(VALUES["sets"])
def test_ranking_is_torchmetrics(answers):
    expected = answers["measures"]["torchmetrics"]
    assert auroc(*arrays(answers)) == pytest.approx(expected["auroc"], abs=SINGLE)
    assert auprc(*arrays(answers)) == pytest.approx(expected["auprc_of_wrong"], abs=SINGLE)


@named(VALUES["sets"])
def test_error_over_equal_widths_is_netcals_and_torchmetrics(answers):
    """No confidence lies on an edge: on edges conventions differ."""
    found = equal_width_error(*arrays(answers))
    assert found == pytest.approx(answers["measures"]["netcal"]["ece"], abs=1e-12)
    assert found == pytest.approx(answers["measures"]["torchmetrics"]["ece"], abs=SINGLE)


@named([each for each in VALUES["sets"] if each["name"] != "tied"])
def test_debiased_error_is_its_authors(answers):
    """But for ties, which their bins of equal mass may divide."""
    expected = answers["measures"]["uncertainty-calibration"]["debiased"]
    assert debiased_error(*arrays(answers)) == pytest.approx(expected, abs=1e-9)


@named([each for each in VALUES["sets"] if each["name"] != "tied"])
def test_rejection_is_lm_polygraphs(answers):
    """But for ties, of which it takes one order and we the mean over all orders."""
    expected = answers["measures"]["lm-polygraph"]
    confidence, correct = arrays(answers)
    assert 1 - aurc(confidence, correct) == pytest.approx(expected["area"], abs=1e-12)
    assert 1 - aurc(correct.astype(float), correct) == pytest.approx(expected["oracle"], abs=1e-12)
    # Its area of a random order is a mean over 1,000 drawn ones; ours is the accuracy, their limit.
    assert correct.mean() == pytest.approx(expected["random"], abs=0.005)
    drawn = (1 - aurc(confidence, correct) - expected["random"]) / (
        expected["oracle"] - expected["random"]
    )
    assert drawn == pytest.approx(expected["prr"], abs=1e-12)
    assert prr(confidence, correct) == pytest.approx(expected["prr"], abs=0.005)


@named(FITTED)
def test_temperature_is_netcals(answers):
    fitted = fit_temperature(answers["scores"], answers["correct"])
    assert fitted.apply(GRID) == pytest.approx(answers["maps"]["netcal"]["temperature"], abs=1e-5)


@named(FITTED)
def test_beta_is_betacals_with_the_same_targets(answers):
    """Which stops at scikit-learn's default tolerance."""
    expected = answers["maps"]["betacal"]["platts_targets"]
    fitted = fit_beta(answers["scores"], answers["correct"])
    assert fitted.apply(GRID) == pytest.approx(expected, abs=3e-4)


@named(FITTED)
@pytest.mark.parametrize(("package", "key"), [("netcal", "beta"), ("betacal", "labels")])
def test_platts_targets_change_a_beta_map_by_less_than_a_hundredth(answers, package, key):
    """Both packages fit to 1 and 0."""
    fitted = fit_beta(answers["scores"], answers["correct"])
    assert fitted.apply(GRID) == pytest.approx(answers["maps"][package][key], abs=0.01)


@named(FITTED)
def test_platts_targets_change_a_logistic_map_by_less_than_a_hundredth(answers):
    """Netcal fits to 1 and 0."""
    fitted = fit_platt(answers["scores"], answers["correct"])
    assert fitted.apply(GRID) == pytest.approx(answers["maps"]["netcal"]["logistic"], abs=0.01)


@named(FITTED)
def test_histogram_is_netcals(answers):
    """Numbers of answers are multiples of ten, so that there is one way to divide them."""
    fitted = fit_histogram(answers["scores"], answers["correct"])
    expected = answers["maps"]["netcal"]["accuracy_of_bins"]
    assert list(fitted.confidences) == pytest.approx(expected, abs=1e-12)
