"""How dropout is injected."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

DropoutPlace = Literal["residual", "adapter"]
DROPOUT_PLACES: tuple[DropoutPlace, ...] = get_args(DropoutPlace)


class DropoutSettings(BaseModel):
    """Dropout in the last layers of a model.

    Gal & Ghahramani 2016 (arXiv 1506.02142): one mask is one sample of the weights, so it is the
    same for all tokens, and for all answers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: DropoutPlace = "residual"
    """``residual``: on the outputs of attention and MLP, before they are added to the residual
    stream; ``adapter``: on the input of each LoRA adapter, where training has ``lora.dropout``."""
    rate: float = Field(ge=0, lt=1)
    """Probability that a component is dropped."""
    layers: int = Field(ge=1)
    """The last so many layers are stochastic."""
    samples: int = Field(ge=1)
    seed: int = 0
    precision: Literal["model", "bf16"] = "model"
    """Of the matrix products; bf16 rounds by far less than the samples scatter."""
