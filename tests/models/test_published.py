import json

import pytest

from rolewright.errors import UserError
from rolewright.models.published import model_config, published_config


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("Qwen/Qwen2.5-72B-Instruct", 80),
        ("Qwen/Qwen2.5-72B", 80),
        ("Qwen/Qwen3-8B-Base", 36),
        ("Qwen/Qwen-14B-Chat", 40),
    ],
)
def test_variants_of_a_model_have_its_shape(name, layers):
    config, source = model_config(name, pytest.fail)
    assert config["num_hidden_layers"] == layers
    assert source == "table of published shapes"


@pytest.mark.parametrize("name", ["Qwen/Qwen2.5-72B-Instruct-AWQ", "me/Qwen2.5-72B", "Qwen2.5-7B"])
def test_other_models_are_not_taken_for_one(name):
    assert published_config(name) is None


def test_a_folder_is_read(tiny_folder):
    config, source = model_config(str(tiny_folder), pytest.fail)
    assert config == json.loads((tiny_folder / "config.json").read_text("utf-8"))
    assert source == str(tiny_folder / "config.json")


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_broken_configuration_is_the_users_error(tmp_path, text):
    (tmp_path / "config.json").write_text(text, "utf-8")
    with pytest.raises(UserError, match=r"config\.json"):
        model_config(str(tmp_path), pytest.fail)
