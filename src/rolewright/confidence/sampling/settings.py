"""How answers are drawn."""

from pydantic import BaseModel, ConfigDict, Field


class SamplingSettings(BaseModel):
    """Answers to one question, drawn at temperature 1 from the model's own distribution."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    samples: int = Field(ge=2)
    seed: int = 0
    """The same for every question: what is drawn does not depend on the others."""
