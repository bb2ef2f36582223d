import json

import pytest

from rolewright.bundle.read import read_bundle


@pytest.fixture
def qwen1(write_qwen1):
    return write_qwen1()[0]


def test_summary(rolewright, qwen1, tmp_path):
    code, out, err = rolewright("convert", qwen1, tmp_path / "a b 转换")
    assert code == 0
    assert out.startswith(f"{tmp_path / 'a b 转换'}: Qwen2ForCausalLM, ")
    assert "in float32, 16 tokens of context" in out
    assert "only Rolewright computes what Qwen-1 does" in err
    written = {path.name for path in (tmp_path / "a b 转换").iterdir()}
    assert written >= {"config.json", "model.safetensors", "tokenizer.json"}


def test_public_shape(as_json, qwen1, tmp_path):
    code, printed = as_json("convert", qwen1, tmp_path / "out", "--precision", "bf16")
    assert code == 0
    assert printed == {
        "schema": "rolewright.convert/1",
        "model": str(qwen1),
        "folder": str(tmp_path / "out"),
        "parameters": printed["parameters"],
        "dtype": "bfloat16",
        "files": ["model.safetensors"],
        "max_position_embeddings": 16,
    }
    assert printed["parameters"] > 10_000


def test_what_is_refused(refused, qwen1, tiny_folder, tmp_path):
    assert "no Qwen-1 checkpoint" in refused("convert", tiny_folder, tmp_path / "out")
    assert "the folder is not empty" in refused("convert", qwen1, qwen1)
    assert "no such folder" in refused("convert", "./nowhere", tmp_path / "out")
    assert "auto, fp32 or bf16" in refused("convert", qwen1, tmp_path / "o", "--precision", "int4")
    config = json.loads((qwen1 / "config.json").read_text())
    (qwen1 / "config.json").write_text(json.dumps(config | {"visual": {}}))
    assert "Qwen-VL" in refused("convert", qwen1, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_role_is_trained_into_qwen_1_and_answers(as_json, project, write_qwen1, method):
    """From the checkpoint as it is: train, ask, evaluate; no remote code, no conversion first."""
    folder, _, _ = write_qwen1("bin", 2, seq_length=256)
    bundle = project / "bundle"
    files = [project / "role.yaml", project / "train.jsonl"]
    settings = [f"method={method}", "max_steps=2", "batch_size=2"]
    chosen = [word for setting in settings for word in ("--set", setting)]
    code, _ = as_json("train", *files, "--model", folder, "--out", bundle, *chosen)
    assert code == 0
    if method == "lora":
        adapter = json.loads((bundle / "adapter" / "adapter_config.json").read_text())
        assert adapter["base_model_name_or_path"] == str(folder)
    else:
        config = json.loads((bundle / "model" / "config.json").read_text())
        assert config["architectures"] == ["Qwen2ForCausalLM"]
        assert (config["model_type"], config["qwen1_long_context"]) == ("qwen2", True)
    code, answer = as_json("ask", bundle, "What is the capital of Peru?", "--max-new-tokens", 5)
    assert (code, answer["model"]) == (0, str(folder))
    # Beyond the training length too: the role's system message and this make more than 256 tokens.
    code, answer = as_json("ask", bundle, "1" * 300, "--max-new-tokens", 5)
    assert code == 0
    code, results = as_json("eval", bundle, "--data", files[1], "--max-new-tokens", 5)
    assert code in {0, 1}
    assert results["arms"].keys() == {"base", "base+role", "tuned+role"}


def test_another_base_model_is_noticed(refused, rolewright, project, write_qwen1):
    folder, _, _ = write_qwen1("bin")
    bundle = project / "bundle"
    files = [project / "role.yaml", project / "train.jsonl"]
    # Conversations longer than seq_length, in the validation part too.
    settings = ["--set", "max_steps=1", "--set", "batch_size=2", "--set", "validation_share=0.3"]
    code, _, _ = rolewright("train", *files, "--model", folder, "--out", bundle, *settings)
    assert code == 0
    assert read_bundle(bundle).manifest.summary["validation_loss"] > 0
    other, _, _ = write_qwen1("bin", name="other", seed=1)
    (other / "pytorch_model.bin").replace(folder / "pytorch_model.bin")
    assert "not the base model" in refused("ask", bundle, "Hello")
