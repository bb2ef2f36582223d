import json
import shutil

import pytest
import torch

from rolewright.errors import UserError
from rolewright.models.load import load_model, load_tokenizer, locate_model, torch_dtype


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("./nowhere", "no such folder"),
        ("/no/where/at/all", "no such folder"),
        ("builtin:other", "no built-in model"),
    ],
)
def test_wrong_names_are_told_before_anything_is_loaded(name, found):
    with pytest.raises(UserError, match=found):
        locate_model(name)


def test_a_file_is_not_a_model(tmp_path):
    file = tmp_path / "model.bin"
    file.write_bytes(b"")
    with pytest.raises(UserError, match="a file, not a folder"):
        locate_model(str(file))


def test_a_folder_without_a_checkpoint_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"no config\.json"):
        locate_model(str(tmp_path))


def test_what_only_shares_the_model_type_of_qwen_1_is_refused(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "qwen", "visual": {"a": 1}}))
    with pytest.raises(UserError, match="Qwen-VL"):
        load_tokenizer(str(tmp_path))


def test_broken_config_is_the_users_error(tmp_path):
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(UserError, match="not valid JSON"):
        locate_model(str(tmp_path))


def test_missing_weights_are_the_users_error(tmp_path, tiny_folder):
    shutil.copytree(tiny_folder, tmp_path / "m")
    (tmp_path / "m" / "model.safetensors").unlink()
    with pytest.raises(UserError, match="cannot be loaded"):
        load_model(str(tmp_path / "m"))


@pytest.mark.parametrize(
    ("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)]
)
def test_precision(tiny_folder, precision, dtype):
    model = load_model(str(tiny_folder), precision=precision)
    assert next(model.parameters()).dtype == dtype
    assert not model.training


def test_automatic_precision_depends_on_the_device():
    assert torch_dtype("auto", "cpu") == torch.float32
    assert torch_dtype("auto", "cuda") == torch.bfloat16
