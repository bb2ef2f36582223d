import json

import pytest

from rolewright.errors import UserError
from rolewright.models.load import locate_model
from rolewright.models.qwen1.config import Qwen1Config, qwen2_config, read_config


@pytest.fixture
def changed(write_qwen1):
    """A checkpoint whose config.json has other values; None takes a key away."""

    def change(**changes):
        folder, config, _ = write_qwen1()
        values = {key: value for key, value in (config | changes).items() if value is not None}
        (folder / "config.json").write_text(json.dumps(values))
        return folder

    return change


def test_what_becomes_of_the_published_7b():
    published = {
        "hidden_size": 4096,
        "intermediate_size": 22016,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "vocab_size": 151936,
        "seq_length": 8192,
        "use_dynamic_ntk": True,
        "use_logn_attn": True,
    }
    config = qwen2_config(Qwen1Config.model_validate(published))
    assert config.intermediate_size == 11008
    assert config.num_key_value_heads == 32
    assert config.max_position_embeddings == 8192
    assert config.rms_norm_eps == 1e-6
    assert config.rope_parameters["rope_theta"] == 10_000
    assert not config.tie_word_embeddings
    assert config.qwen1_long_context
    assert set(config.layer_types) == {"full_attention"}


@pytest.mark.parametrize(
    "changes",
    [
        {"use_dynamic_ntk": False, "use_logn_attn": False},
        {"use_dynamic_ntk": None, "use_logn_attn": None},
        {"use_logn_attn": False},
    ],
)
def test_without_ntk_and_logn_the_context_is_not_extended(changed, changes):
    config = read_config(changed(**changes))
    assert not config.extends
    assert not qwen2_config(config).qwen1_long_context


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"visual": {"width": 1664}}, "visual: this is Qwen-VL"),
        ({"audio": {"n_mels": 80}}, "audio: this is Qwen-Audio"),
        ({"quantization_config": {"quant_method": "gptq", "bits": 4}}, "a quantised checkpoint"),
        ({"no_bias": False}, "no_bias: found False\n    expected: True"),
        ({"rotary_pct": 0.25}, "rotary_pct: found 0.25\n    expected: 1.0"),
        ({"tie_word_embeddings": True}, "tie_word_embeddings: found True"),
        ({"use_cache_quantization": True}, "use_cache_quantization: found True"),
        ({"kv_channels": 16}, "kv_channels: found 16, with 4 heads"),
        ({"intermediate_size": 95}, "intermediate_size: found 95"),
        ({"hidden_size": "wide"}, "hidden_size: found 'wide'"),
        ({"seq_length": None}, "the key 'seq_length' is missing"),
        ({"vocab_size": None}, "the key 'vocab_size' is missing"),
    ],
)
def test_what_the_layout_cannot_hold_is_refused_before_anything_is_loaded(changed, changes, found):
    with pytest.raises(UserError) as error:
        locate_model(str(changed(**changes)))
    assert found in str(error.value)
    assert "config.json: " in str(error.value)


def test_another_kind_of_model_is_told(changed):
    with pytest.raises(UserError, match="found model_type 'llama'"):
        read_config(changed(model_type="llama"))


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_a_broken_configuration_is_the_users_error(changed, text):
    folder = changed()
    (folder / "config.json").write_text(text)
    with pytest.raises(UserError, match="JSON"):
        locate_model(str(folder))
