import shutil

import pytest
from safetensors.torch import load_file, save_file

from rolewright.models.fingerprint import fingerprint_model


@pytest.fixture
def checkpoint(tmp_path, tiny_folder):
    return shutil.copytree(tiny_folder, tmp_path / "m")


def test_a_copy_has_the_same_fingerprint(checkpoint, tiny_folder):
    assert fingerprint_model(str(checkpoint)) == fingerprint_model(str(tiny_folder))


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json"])
def test_configuration_and_tokenizer_count(checkpoint, tiny_folder, file):
    with (checkpoint / file).open("a") as stream:
        stream.write(" ")
    assert fingerprint_model(str(checkpoint)) != fingerprint_model(str(tiny_folder))


def test_weights_count(checkpoint, tiny_folder):
    weights = load_file(checkpoint / "model.safetensors")
    weights["model.norm.weight"] += 1e-3
    save_file(weights, checkpoint / "model.safetensors")
    assert fingerprint_model(str(checkpoint)) != fingerprint_model(str(tiny_folder))


def test_what_is_no_part_of_the_model_does_not_count(checkpoint, tiny_folder):
    (checkpoint / "README.md").write_text("notes")
    assert fingerprint_model(str(checkpoint)) == fingerprint_model(str(tiny_folder))
