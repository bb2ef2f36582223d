"""The ``config.json`` of a Qwen-1 checkpoint, and the Qwen2 configuration of equal logits."""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from rolewright.errors import Fault, Place, UserError
from rolewright.yaml_document import YamlDocument, validate

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

_OTHER_MODELS = {
    "visual": "Qwen-VL, which sees pictures",
    "audio": "Qwen-Audio, which hears",
    "quantization_config": "a quantised checkpoint (GPTQ)",
}
"""Keys of checkpoints that share ``model_type: qwen`` and are no Qwen-1 language model."""
_FIXED: dict[str, Any] = {
    "no_bias": True,
    "rotary_pct": 1.0,
    "scale_attn_weights": True,
    "tie_word_embeddings": False,
    "use_cache_quantization": False,
    "apply_residual_connection_post_layernorm": False,
}
"""What every published checkpoint has, and the Qwen2 layout cannot express otherwise."""


class Qwen1Config(BaseModel):
    """What of the configuration decides the logits; the first release's names are read too."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    hidden_size: Count = Field(validation_alias=AliasChoices("hidden_size", "n_embd"))
    intermediate_size: Count = Field(
        validation_alias=AliasChoices("intermediate_size", "ffn_hidden_size"), multiple_of=2
    )
    """Of ``w1`` and ``w2`` together."""
    num_hidden_layers: Count = Field(validation_alias=AliasChoices("num_hidden_layers", "n_layer"))
    num_attention_heads: Count = Field(
        validation_alias=AliasChoices("num_attention_heads", "n_head")
    )
    vocab_size: Count
    """Rows of the embedding."""
    seq_length: Count
    """The length it was trained with, in tokens."""
    kv_channels: Count = 128
    """Of one head."""
    rotary_emb_base: Positive = 10_000.0
    layer_norm_epsilon: Positive = 1e-6
    initializer_range: Positive = 0.02
    use_dynamic_ntk: bool = False
    use_logn_attn: bool = False

    @property
    def extends(self) -> bool:
        """Whether it answers beyond ``seq_length``, as ``long_context`` describes."""
        return self.use_dynamic_ntk and self.use_logn_attn


def read_json(file: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object.

    Raises:
        UserError: it is missing, cannot be read, or holds something else.
    """
    try:
        value = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise UserError.at(file, f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UserError.at(file, f"this is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise UserError.at(file, "this is no JSON object")
    return value


def read_config(folder: Path) -> Qwen1Config:
    """Read the configuration of a Qwen-1 checkpoint.

    Raises:
        UserError: it is that of another kind of model, is not complete, or asks for something
            that the Qwen2 layout does not have.
    """
    file = folder / "config.json"
    value = read_json(file)
    if value.get("model_type") != "qwen":
        raise UserError.at(
            file,
            f"found model_type {value.get('model_type')!r}",
            expected="a Qwen-1 checkpoint (model_type: qwen)",
        )
    for key, described in _OTHER_MODELS.items():
        if value.get(key) is not None:
            raise UserError.at(
                file,
                f"this is {described}; it is not supported",
                key=key,
                expected="a Qwen-1 language model: Qwen-1_8B, 7B, 14B or 72B, or its Chat version",
                fix="choose the checkpoint without VL, Audio, Int4 or Int8 in its name",
            )
    if "padded_vocab_size" in value:  # in the first release this is the number of rows
        value["vocab_size"] = value["padded_vocab_size"]
    config = validate(Qwen1Config, YamlDocument(str(file), value, {}))
    faults = [
        Fault(Place(str(file), None, key), f"found {value[key]!r}", f"{fixed!r}")
        for key, fixed in _FIXED.items()
        if value.get(key, fixed) != fixed
    ]
    if config.kv_channels * config.num_attention_heads != config.hidden_size:
        found = f"found {config.kv_channels}, with {config.num_attention_heads} heads"
        width = f"heads that make up the hidden size {config.hidden_size}"
        faults.append(Fault(Place(str(file), None, "kv_channels"), found, width))
    if faults:
        raise UserError(*faults)
    return config


def qwen2_config(config: Qwen1Config) -> Any:
    """The ``Qwen2Config`` under which converted weights give the logits of Qwen-1.

    ``max_position_embeddings`` is the training length, up to which this holds for any program.
    Dropout is left at 0.
    """
    from transformers import Qwen2Config

    return Qwen2Config(
        architectures=["Qwen2ForCausalLM"],
        vocab_size=config.vocab_size,
        hidden_size=config.hidden_size,
        intermediate_size=config.intermediate_size // 2,
        num_hidden_layers=config.num_hidden_layers,
        num_attention_heads=config.num_attention_heads,
        num_key_value_heads=config.num_attention_heads,
        max_position_embeddings=config.seq_length,
        rms_norm_eps=config.layer_norm_epsilon,
        rope_parameters={"rope_type": "default", "rope_theta": config.rotary_emb_base},
        initializer_range=config.initializer_range,
        tie_word_embeddings=False,
        use_sliding_window=False,
        qwen1_long_context=config.extends,
    )
