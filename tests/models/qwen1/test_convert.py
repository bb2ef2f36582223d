import json
import shutil

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from rolewright.errors import UserError
from rolewright.models.load import load_model
from rolewright.models.qwen1 import convert
from rolewright.models.qwen1.convert import convert_qwen1
from rolewright.models.qwen1.tokenizer import load_qwen1_tokenizer

IDS = [7, 300, 41, 41, 200, 99, 3, 260]


def silent(_):
    pass


@pytest.mark.parametrize(
    ("kind", "shards", "files"),
    [
        ("safetensors", 1, ["model.safetensors"]),
        ("bin", 2, ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]),
    ],
)
def test_transformers_loads_what_was_written(write_qwen1, reference, tmp_path, kind, shards, files):
    folder, config, weights = write_qwen1(kind, shards, rotary_emb_base=1_000_000)
    out = tmp_path / "out"
    converted = convert_qwen1(str(folder), out, say=silent)
    assert converted.files == files
    assert converted.dtype == "float32"
    assert converted.parameters == sum(tensor.numel() for tensor in weights.values())
    model = AutoModelForCausalLM.from_pretrained(out).eval()
    assert type(model).__name__ == "Qwen2ForCausalLM"
    with torch.no_grad():
        logits = model(torch.tensor([IDS])).logits[0]
    torch.testing.assert_close(logits, reference(weights, config, IDS), rtol=0, atol=2e-4)
    written = json.loads((out / "config.json").read_text())
    assert written["rope_theta"] == written["rope_parameters"]["rope_theta"] == 1_000_000
    assert written["architectures"] == ["Qwen2ForCausalLM"]
    assert "auto_map" not in written
    assert not list(out.glob("*.py"))


def test_the_tokenizer_and_the_generation_settings_come_along(write_qwen1, tmp_path):
    folder, _, _ = write_qwen1()
    out = tmp_path / "out"
    convert_qwen1(str(folder), out, say=silent)
    loaded, original = AutoTokenizer.from_pretrained(out), load_qwen1_tokenizer(folder, 512)
    text = "<|im_start|>user\nthe singer 你好<|im_end|>"
    assert loaded.encode(text) == original.encode(text)
    assert loaded.chat_template == original.chat_template
    settings = json.loads((out / "generation_config.json").read_text())
    end_of_text = original.convert_tokens_to_ids("<|endoftext|>")
    assert settings["eos_token_id"] == [end_of_text + 2, end_of_text]
    assert settings["pad_token_id"] == end_of_text
    assert "top_p" not in settings


def test_rolewright_extends_the_context_of_what_was_written(write_qwen1, reference, tmp_path):
    folder, config, weights = write_qwen1()
    convert_qwen1(str(folder), tmp_path / "out", say=silent)
    ids = torch.arange(40)[None]
    with torch.no_grad():
        logits = load_model(str(tmp_path / "out"))(ids).logits[0]
    expected = reference(weights, config, ids[0].tolist())
    torch.testing.assert_close(logits, expected, rtol=0, atol=5e-4)


@pytest.mark.parametrize(
    ("precision", "dtype"), [("auto", "float16"), ("fp32", "float32"), ("bf16", "bfloat16")]
)
def test_precision(write_qwen1, tmp_path, precision, dtype):
    folder, _, weights = write_qwen1("bin")
    torch.save({k: v.half() for k, v in weights.items()}, folder / "pytorch_model.bin")
    out = tmp_path / "out"
    assert convert_qwen1(str(folder), out, precision, silent).dtype == dtype
    model = AutoModelForCausalLM.from_pretrained(out)
    assert {parameter.dtype for parameter in model.parameters()} == {getattr(torch, dtype)}


def test_nothing_is_left_of_a_conversion_that_fails(write_qwen1, tmp_path, monkeypatch):
    folder, _, _ = write_qwen1()

    def full(*_):
        raise OSError(28, "No space left on device")

    before = set(tmp_path.iterdir())
    monkeypatch.setattr(convert, "_write_config", full)
    with pytest.raises(OSError, match="No space"):
        convert_qwen1(str(folder), tmp_path / "out", say=silent)
    assert set(tmp_path.iterdir()) == before


def test_an_empty_folder_is_taken_and_a_full_one_is_not(write_qwen1, tmp_path):
    folder, _, _ = write_qwen1()
    out = tmp_path / "out"
    out.mkdir()
    convert_qwen1(str(folder), out, say=silent)
    with pytest.raises(UserError, match="the folder is not empty"):
        convert_qwen1(str(folder), out, say=silent)


def test_other_models_are_refused(tiny_folder, tmp_path):
    with pytest.raises(UserError, match="this is no Qwen-1 checkpoint"):
        convert_qwen1(str(tiny_folder), tmp_path / "out", say=silent)
    assert not (tmp_path / "out").exists()


def test_a_broken_checkpoint_is_refused_before_anything_is_written(write_qwen1, tmp_path):
    folder, _, _ = write_qwen1("safetensors", 2)
    shutil.copy(folder / "model-00001-of-00002.safetensors", tmp_path / "kept")
    (folder / "model-00002-of-00002.safetensors").write_bytes(b"")
    with pytest.raises(UserError, match="00002-of-00002"):
        convert_qwen1(str(folder), tmp_path / "out", say=silent)
    assert not (tmp_path / "out").exists()
