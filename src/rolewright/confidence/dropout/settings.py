"""How dropout is injected."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class DropoutSettings(BaseModel):
    """Dropout on the outputs of attention and MLP, before they are added to the residual stream.

    Gal & Ghahramani 2016 (arXiv 1506.02142): one mask is one sample of the weights, so it is the
    same for all tokens, and for all answers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate: float = Field(ge=0, lt=1)
    """Probability that a component of an output is dropped."""
    layers: int = Field(ge=1)
    """The last so many layers are stochastic."""
    samples: int = Field(ge=1)
    seed: int = 0
    precision: Literal["model", "bf16"] = "model"
    """Of the matrix products; bf16 rounds by far less than the samples scatter."""
