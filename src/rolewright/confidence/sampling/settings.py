"""How answers are drawn, and how it is told that two of them mean the same."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MeaningKind = Literal["entailment", "embedding"]
MIN_COSINE = 0.9
"""Of two embeddings that mean the same, where the user names no other."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MeaningSettings(_Record):
    """The model that tells which answers mean the same."""

    name: str
    """Folder or hub id."""
    kind: MeaningKind
    fingerprint: str
    min_cosine: float | None = None
    """From which cosine on two embeddings mean the same; None = it is no embedding model."""


class SamplingSettings(_Record):
    """Answers to one question, drawn at temperature 1 from the model's own distribution."""

    samples: int = Field(ge=2)
    seed: int = 0
    """The same for every question: what is drawn does not depend on the others."""
    same_meaning: MeaningSettings | None = None
    """None = only texts that are equal once normalised mean the same."""
