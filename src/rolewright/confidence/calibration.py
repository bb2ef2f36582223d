"""The calibration that a bundle keeps."""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from rolewright.confidence.calibrators import CalibrationMap, Method
from rolewright.confidence.dropout.settings import DropoutSettings
from rolewright.confidence.fusion import FusedMap, Stacking
from rolewright.confidence.graded import GradedAnswer
from rolewright.confidence.guarantee import Certificate
from rolewright.confidence.sampling.settings import SamplingSettings
from rolewright.confidence.scores import ROUTES, surety

FUSED = "fused"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeldOutQuality(_Record):
    """Measured on answers by maps that were fitted without them (``metrics.Quality``)."""

    auroc: float
    brier: float
    ece: float


class Candidate(HeldOutQuality):
    """A score and a way to calibrate it."""

    score: str
    method: Method | Stacking


class ScoreMap(_Record):
    """From raw scores to a confidence."""

    score: str
    """The raw score that is calibrated; "fused" = all that ``map`` names."""
    method: Method | Stacking
    map: Annotated[CalibrationMap | FusedMap, Field(discriminator="method")]

    def reads(self) -> tuple[str, ...]:
        """The raw scores that it needs of an answer."""
        return self.map.scores if isinstance(self.map, FusedMap) else (self.score,)

    def apply(self, sureties: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """Confidence of answers, shape (answers,), from their sureties by score."""
        if isinstance(self.map, FusedMap):
            return self.map.fuse(sureties)
        return np.array(self.map.apply(sureties[self.score].tolist()))

    def confidence(self, scores: Mapping[str, float]) -> float:
        """The confidence of an answer with these raw scores, in [0, 1]."""
        sureties = {name: np.array([surety(name, value)]) for name, value in scores.items()}
        return float(self.apply(sureties)[0])

    def needs(self) -> frozenset[str]:
        """The routes whose scores the map reads."""
        read = set(self.reads())
        return frozenset(name for name, scores in ROUTES.items() if read & set(scores))


class Route(ScoreMap):
    """The best confidence of one route."""

    held_out: HeldOutQuality


class HeadRecord(_Record):
    """The confidence head of a bundle."""

    file: str
    """Path inside the bundle."""
    layers: tuple[int, ...]
    """Whose outputs it reads, where the prompt ends and where the answer ends."""


class Calibration(ScoreMap):
    """What a bundle keeps: the map in force, and how good it is."""

    format: Literal["rolewright.calibration/3"] = Field(
        default="rolewright.calibration/3", alias="schema", serialization_alias="schema"
    )
    routes: dict[str, Route]
    """The best of each of ``scores.ROUTES``, alone, and "fused", all together."""
    head: HeadRecord | None = None
    dropout: DropoutSettings | None = None
    sampling: SamplingSettings | None = None
    """None = no answers were drawn."""
    questions: int
    accuracy: float
    abstain_below: float
    """An answer with less confidence is marked as abstained."""
    held_out: HeldOutQuality
    """Of the route in force, heads and choices within it included (nested cross-validation)."""
    comparison: tuple[Candidate, ...]
    """Every score with its best map, best Brier score first."""
    graded: tuple[GradedAnswer, ...]
    """Those that everything was fitted to."""
    certificate: Certificate | None = None
    """None = no promise was asked for."""
    scenario_certificates: dict[str, Certificate] = {}
    """By scenario, each with a threshold of its own."""
    certified_on: tuple[str, ...] = ()
    """The questions whose answers the certificate was tested on."""

    @property
    def in_force(self) -> str:
        """The name of the route whose map this is."""
        mine = (self.score, self.map)
        return next(name for name, each in self.routes.items() if (each.score, each.map) == mine)

    def certificate_for(self, scenario: str | None) -> Certificate | None:
        """What was promised of a scenario's answers; None = of answers to any question.

        Raises:
            KeyError: nothing was asked for in this scenario.
        """
        return self.certificate if scenario is None else self.scenario_certificates[scenario]

    def threshold(self, scenario: str | None = None) -> float:
        """The confidence below which an answer is marked as abstained."""
        certificate = self.certificate_for(scenario)
        if certificate is None or certificate.threshold is None:
            return self.abstain_below
        return certificate.threshold

    def certifies(self, confidence: float, scenario: str | None = None) -> bool:
        """Whether a promise covers answers of this confidence."""
        certificate = self.certificate_for(scenario)
        promised = None if certificate is None else certificate.threshold
        return promised is not None and confidence >= promised
