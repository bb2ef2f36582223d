import re

import pytest
import torch
import transformers

from rolewright.errors import UserError
from rolewright.models.published import published_config, published_models
from rolewright.models.shape import read_shape
from rolewright.training.adapter import add_adapter
from rolewright.training.config import LoraConfig

MODELS = {"qwen2": "Qwen2", "qwen3": "Qwen3", "qwen3_moe": "Qwen3Moe"}
SMALL = {"hidden_size": 64, "num_attention_heads": 4, "num_hidden_layers": 2, "vocab_size": 100}
MOE = {
    "model_type": "qwen3_moe", "intermediate_size": 96, "num_key_value_heads": 2, "head_dim": 24,
    "moe_intermediate_size": 40, "num_experts": 6, "num_experts_per_tok": 2,
}  # fmt: skip
PUBLISHED = {  # as the hub counts the tensors of the checkpoint
    "Qwen2.5-0.5B": 494_032_768,
    "Qwen2.5-1.5B": 1_543_714_304,
    "Qwen2.5-3B": 3_085_938_688,
    "Qwen2.5-7B": 7_615_616_512,
    "Qwen2.5-14B": 14_770_033_664,
    "Qwen2.5-32B": 32_763_876_352,
    "Qwen2.5-72B": 72_706_203_648,
    "Qwen3-4B": 4_022_468_096,
    "Qwen3-8B": 8_190_735_360,
    "Qwen3-14B": 14_768_307_200,
    "Qwen3-32B": 32_762_123_264,
    "Qwen3-30B-A3B": 30_532_122_624,
    "Qwen3-235B-A22B": 235_093_634_560,
    "Qwen-7B": 7_721_324_544,
}


def on_meta(config):
    """The real model without its weights; Qwen 1 as the Qwen2 model that it equals."""
    config = dict(config)
    if config["model_type"] == "qwen":
        config |= {"model_type": "qwen2", "intermediate_size": config["intermediate_size"] // 2}
        config["num_key_value_heads"] = config["num_attention_heads"]
    kind = MODELS[config.pop("model_type")]
    with torch.device("meta"):
        made = getattr(transformers, f"{kind}Config")(**config, pad_token_id=None)
        return getattr(transformers, f"{kind}ForCausalLM")(made)


def shape_of(config):
    return read_shape(config, "m")


@pytest.mark.parametrize("name", published_models())
def test_parameters_of_published_models_are_those_of_the_real_class(name):
    config = published_config(f"Qwen/{name}")
    assert shape_of(config).parameters == on_meta(config).num_parameters()


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_of_published_models_are_those_of_the_checkpoints(name):
    assert shape_of(published_config(f"Qwen/{name}")).parameters == PUBLISHED[name]


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "qwen2", "intermediate_size": 96, "num_key_value_heads": 2},
        {"model_type": "qwen2", "intermediate_size": 96, "tie_word_embeddings": True,
         "num_key_value_heads": 1},
        {"model_type": "qwen3", "intermediate_size": 96, "num_key_value_heads": 2,
         "attention_bias": True, "head_dim": 24},
        MOE,
        MOE | {"mlp_only_layers": [0], "num_hidden_layers": 3},
        MOE | {"decoder_sparse_step": 2},
        {"model_type": "qwen", "intermediate_size": 96},
    ],
    ids=str,
)  # fmt: skip
def test_parameters_of_other_shapes(config):
    config = SMALL | config
    assert shape_of(config).parameters == on_meta(config).num_parameters()


def test_the_first_release_of_qwen_1_named_its_keys_differently():
    old = {"n_embd": 64, "n_head": 4, "n_layer": 2, "ffn_hidden_size": 96, "vocab_size": 100}
    new = SMALL | {"model_type": "qwen", "intermediate_size": 96}
    assert shape_of(old | {"model_type": "qwen"}) == shape_of(new)


@pytest.mark.parametrize("variant", ["lora", "rslora", "dora"])
@pytest.mark.parametrize("kind", ["qwen2", "qwen3"])
def test_adapters_have_the_parameters_that_peft_makes(kind, variant):
    config = SMALL | {"model_type": kind, "intermediate_size": 96, "num_key_value_heads": 2}
    shape = shape_of(config | {"head_dim": 24} if kind == "qwen3" else config)
    model = on_meta(config | {"head_dim": 24} if kind == "qwen3" else config)
    adapted = add_adapter(model, LoraConfig(rank=5, variant=variant))
    ours = [a.adapter(5, variant) for layer in (0, 1) for a in shape.linears(layer)]
    assert sum(ours) == adapted.get_nb_trainable_parameters()[0]
    names = {name for name, _ in adapted.base_model.model.named_modules()}
    assert {linear.name for linear in shape.linears(1)} <= names


def test_adapters_of_experts_have_the_parameters_that_peft_makes():
    config = SMALL | MOE
    adapted = add_adapter(on_meta(config), LoraConfig(rank=5))
    linears = [each for layer in (0, 1) for each in shape_of(config).linears(layer)]
    ours = sum(linear.adapter(5, "lora") for linear in linears)
    assert ours == adapted.get_nb_trainable_parameters()[0]


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"model_type": "llama"}, "'llama' cannot be planned"),
        ({"model_type": "qwen", "visual": {}}, "a model of pictures"),
        ({"model_type": "qwen2"}, "no 'num_attention_heads'"),
    ],
)
def test_other_models_are_refused(config, found):
    with pytest.raises(UserError, match=re.escape(found)):
        shape_of(config)
