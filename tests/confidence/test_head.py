import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from rolewright.confidence.head import Head, fit_linear_head, fit_mlp_head


def data(number=300, inputs=8):
    draw = np.random.default_rng(0)
    features = (draw.normal(size=(number, inputs)) * 3 + 7).astype(np.float32)
    correct = features[:, 0] + draw.normal(size=number) > 7
    return features, correct.tolist()


def test_a_linear_head_is_a_regularised_logistic_regression():
    """With all components it differs from the plain one only by whitening."""
    features, correct = data()
    found = fit_linear_head(features, correct).apply(features)
    plain = LogisticRegression(C=0.02).fit(StandardScaler().fit_transform(features), correct)
    expected = plain.predict_proba(StandardScaler().fit_transform(features))[:, 1]
    assert np.abs(found - expected).max() < 0.03


@pytest.mark.parametrize("fit", [fit_linear_head, fit_mlp_head])
def test_a_head_survives_safetensors(fit):
    features, correct = data()
    head = fit(features, correct)
    again = Head.from_bytes(head.to_bytes())
    assert np.array_equal(again.apply(features), head.apply(features))
    right = np.array(correct)
    assert head.apply(features)[right].mean() > head.apply(features)[~right].mean() + 0.2


def test_dense_layers_by_hand():
    head = Head(
        (np.array([[1, 0], [0, -1]], np.float32), np.array([[2, 3]], np.float32)),
        (np.array([0, 1], np.float32), np.array([-1], np.float32)),
    )
    # relu([2, 1 - 5]) = [2, 0]; 2 * 2 - 1 = 3
    assert head.apply(np.array([[2, 5]], np.float32)) == pytest.approx([1 / (1 + np.exp(-3))])


@pytest.mark.parametrize("fit", [fit_linear_head, fit_mlp_head])
def test_features_that_never_vary_do_no_harm(fit):
    features, correct = data()
    features[:, 3] = 5
    found = fit(features, correct).apply(features)
    assert np.isfinite(found).all()


def test_ten_answers_are_enough_to_run():
    features, correct = data(10, inputs=2000)
    correct[0] = not correct[1]
    assert fit_linear_head(features, correct).apply(features).shape == (10,)


@pytest.mark.parametrize("fit", [fit_linear_head, fit_mlp_head])
def test_components_are_whitened_and_uncorrelated(fit):
    features, correct = data(inputs=40)
    head = fit(features, correct)
    found = head.components.apply(features)
    assert found.shape == (300, 16)
    assert np.cov(found.T) == pytest.approx(np.eye(16), abs=0.02)
    assert found.mean(axis=0) == pytest.approx(np.zeros(16), abs=1e-3)
    again = Head.from_bytes(head.to_bytes()).components
    assert np.array_equal(again.apply(features), found)
