"""A confidence head: a small network that reads hidden states of the decoding pass."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rolewright.confidence.scores import STATES

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Components:
    """The leading principal components of what a head reads, each of unit variance.

    Attributes:
        weight: shape (components, inputs).
        bias: shape (components,).
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def apply(self, features: NDArray[np.float32]) -> Floats:
        """Components of answers, shape (answers, components), from (answers, inputs)."""
        found: Floats = (features @ self.weight.T + self.bias).astype(float)
        return found


@dataclass(frozen=True, slots=True)
class Head:
    """Dense layers with ReLU between them and a sigmoid at the end.

    One layer is a linear probe (Azaria & Mitchell 2023, arXiv 2304.13734; Kadavath et al. 2022,
    arXiv 2207.05221, section 5).

    Attributes:
        weights: each of shape (outputs, inputs); the last has one output.
        biases: each of shape (outputs,).
        components: of what it reads; None for a head that was fitted without them.
    """

    weights: tuple[NDArray[np.float32], ...]
    biases: tuple[NDArray[np.float32], ...]
    components: Components | None = None

    def apply(self, features: NDArray[np.float32]) -> Floats:
        """Probability that an answer is right, shape (answers,).

        Args:
            features: shape (answers, inputs).
        """
        states = features
        for index, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            states = states @ weight.T + bias
            if index < len(self.weights) - 1:
                states = np.maximum(states, 0)
        probability: Floats = 1 / (1 + np.exp(-np.clip(states[:, 0].astype(float), -30, 30)))
        return probability

    def to_bytes(self) -> bytes:
        """As a safetensors file."""
        from safetensors.numpy import save

        named = {}
        for index, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            named[f"layers.{index}.weight"] = np.ascontiguousarray(weight)
            named[f"layers.{index}.bias"] = np.ascontiguousarray(bias)
        if self.components is not None:
            named["components.weight"] = np.ascontiguousarray(self.components.weight)
            named["components.bias"] = np.ascontiguousarray(self.components.bias)
        data: bytes = save(named)
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> "Head":
        """Read what ``to_bytes`` gives."""
        from safetensors.numpy import load

        named = load(data)
        components = None
        if "components.weight" in named:
            components = Components(named.pop("components.weight"), named.pop("components.bias"))
        numbers = range(len(named) // 2)
        return cls(
            tuple(named[f"layers.{index}.weight"] for index in numbers),
            tuple(named[f"layers.{index}.bias"] for index in numbers),
            components,
        )


COMPONENTS = 128
_STRENGTH = 0.02


def fit_linear_head(features: NDArray[np.float32], correct: Sequence[bool]) -> Head:
    """Fit a linear probe: logistic regression on the leading principal components.

    Hidden states have more components than there are graded answers; regularised components of
    unit variance are what a probe can learn from a few hundred.

    Args:
        features: shape (answers, inputs).
        correct: length (answers,), with at least one right and one wrong.
    """
    from sklearn.linear_model import LogisticRegression

    projection, bias = _principal_components(features)
    inputs = features @ projection.T + bias
    model = LogisticRegression(C=_STRENGTH, max_iter=1000).fit(inputs, np.asarray(correct))
    weight = model.coef_ @ projection
    return Head(
        (weight.astype(np.float32),),
        ((model.coef_ @ bias + model.intercept_).astype(np.float32),),
        _leading(projection, bias),
    )


def fit_mlp_head(features: NDArray[np.float32], correct: Sequence[bool]) -> Head:
    """Fit a network with one hidden layer of 32 units on the same components, seeded.

    Args:
        features: shape (answers, inputs).
        correct: length (answers,), with at least one right and one wrong.
    """
    from sklearn.neural_network import MLPClassifier

    projection, bias = _principal_components(features)
    inputs = features @ projection.T + bias
    model = MLPClassifier((32,), alpha=3.0, tol=1e-3, max_iter=1000, random_state=0)
    model.fit(inputs, np.asarray(correct))
    first, last = (weight.T for weight in model.coefs_)
    return Head(
        ((first @ projection).astype(np.float32), last.astype(np.float32)),
        (
            (first @ bias + model.intercepts_[0]).astype(np.float32),
            model.intercepts_[1].astype(np.float32),
        ),
        _leading(projection, bias),
    )


def _leading(projection: Floats, bias: Floats) -> Components:
    number = len(STATES)
    return Components(projection[:number].astype(np.float32), bias[:number].astype(np.float32))


def _principal_components(features: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """An affine map to whitened components of the standardised features.

    Returns:
        Weight (components, inputs) and bias (components,).
    """
    from sklearn.decomposition import PCA

    mean, deviation = features.mean(axis=0, dtype=float), features.std(axis=0, dtype=float)
    deviation[deviation < 1e-6 * max(1e-30, float(deviation.max()))] = np.inf
    number = min(COMPONENTS, len(features) // 4, features.shape[1])
    pca = PCA(max(1, number), svd_solver="randomized", random_state=0)
    pca.fit((features - mean) / deviation)
    scale = np.sqrt(np.maximum(pca.explained_variance_, 1e-12))
    weight = pca.components_ / scale[:, None] / deviation
    return weight, -weight @ mean - pca.components_ @ pca.mean_ / scale
