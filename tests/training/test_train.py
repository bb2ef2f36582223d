import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

import rolewright.training.train as training_module
from rolewright.bundle.read import read_bundle
from rolewright.conversations.conversation import Message
from rolewright.errors import UserError
from rolewright.generation.load import load_bundle_model, load_chat_model
from rolewright.models.load import load_model
from rolewright.tokens.chatml import ChatEncoder
from rolewright.training.adapter import add_adapter
from rolewright.training.config import LoraConfig, load_config
from rolewright.training.train import Watcher, train
from rolewright.training.trainer import TrainingData, run_training

QUIET = Watcher(lambda _: None)
SHORT = ["precision=fp32", "max_steps=3", "batch_size=4"]


def run(role, conversations, folder, out, *settings):
    config = load_config(None, [*SHORT, *settings])
    return train(role, conversations, str(folder), out, config, QUIET)


def test_lora_writes_a_whole_bundle_in_plain_peft(role, additions, tiny_folder, tmp_path):
    bundle = run(role, additions, tiny_folder, tmp_path / "b")
    assert read_bundle(tmp_path / "b") == bundle
    assert bundle.manifest.summary["steps"] == 3
    assert not (bundle.folder / "training" / "checkpoints").exists()
    import peft

    base = load_model(str(tiny_folder), precision="fp32")
    ours = load_bundle_model(bundle, precision="fp32").model
    theirs = peft.PeftModel.from_pretrained(base, str(bundle.adapter_folder)).eval()
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        torch.testing.assert_close(ours(ids).logits, theirs(ids).logits)
        plain = load_model(str(tiny_folder), precision="fp32")(ids).logits
    assert not torch.allclose(ours(ids).logits, plain)


def test_without_the_adapter_the_base_model_answers(role, additions, tiny_folder, tmp_path):
    bundle = run(role, additions, tiny_folder, tmp_path / "b", "optimizer.learning_rate=0.05")
    tuned = load_bundle_model(bundle, precision="fp32")
    base = load_chat_model(str(tiny_folder), precision="fp32")

    def entropies(model):
        answers = model.answer(additions, max_new_tokens=1)
        return torch.tensor([answer.generation.entropies for answer in answers])

    expected = entropies(base)
    with tuned.without_adapter() as model:
        torch.testing.assert_close(entropies(model), expected, rtol=0, atol=1e-4)
    assert (entropies(tuned) - expected).abs().max() > 0.1


def test_full_fine_tuning_writes_weights_that_load(role, additions, tiny_folder, tmp_path):
    bundle = run(role, additions, tiny_folder, tmp_path / "b", "method=full")
    assert bundle.adapter_folder is None
    before = load_file(tiny_folder / "model.safetensors")
    after = load_file(bundle.folder / "model" / "model.safetensors")
    assert before.keys() == after.keys()
    assert any(not torch.equal(before[key], after[key]) for key in before)
    assert len(load_bundle_model(bundle).answer(additions[:1], max_new_tokens=2)) == 1


def test_the_same_seed_gives_the_same_losses(role, additions, tiny_folder, tmp_path):
    def losses(name, seed):
        run(role, additions, tiny_folder, tmp_path / name, f"seed={seed}", "lora.dropout=0.3")
        lines = (tmp_path / name / "training" / "metrics.jsonl").read_text().splitlines()
        return [entry["loss"] for line in lines if "loss" in (entry := json.loads(line))]

    first = losses("a", 1)
    assert losses("b", 1) == first
    assert losses("c", 2) != first


def test_weights_decide_what_is_seen(role, additions, tiny_folder, tmp_path):
    def losses(name, weights):
        weighted = [replace(each, weight=weights[n % 2]) for n, each in enumerate(additions)]
        run(role, weighted, tiny_folder, tmp_path / name)
        lines = (tmp_path / name / "training" / "metrics.jsonl").read_text().splitlines()
        return [entry["loss"] for line in lines if "loss" in (entry := json.loads(line))]

    plain = losses("plain", [1.0, 1.0])
    assert losses("alike", [3.0, 3.0]) == plain
    assert losses("weighted", [1.0, 3.0]) != plain


def test_neither_micro_batches_nor_checkpointing_change_the_losses(
    role, additions, tiny_folder, tmp_path
):
    def losses(name, *settings):
        summary = run(role, additions, tiny_folder, tmp_path / name, *settings).manifest.summary
        return summary["loss"], summary["validation_loss"]

    lengths = [replace(a, messages=(a.messages[0], Message("assistant", "x " * n)))
               for n, a in enumerate(additions)]  # fmt: skip
    additions[:] = lengths  # answers of very different lengths: means of batches would differ
    plain = losses("plain", "validation_share=0.3")
    for number, setting in enumerate(["micro_batch_size=1", "gradient_checkpointing=true"]):
        other = losses(str(number), "validation_share=0.3", setting)
        assert other == pytest.approx(plain, abs=1e-5)


def test_gradient_checkpointing_is_switched_on(tiny_tokenizer, build_model, talk, tmp_path):
    model = add_adapter(build_model(len(tiny_tokenizer)), LoraConfig())
    model.enable_input_require_grads()
    examples = [ChatEncoder(tiny_tokenizer).encode_conversation(talk("Q", "A"))] * 2
    config = load_config(None, [*SHORT, "gradient_checkpointing=true"])
    trained = run_training(model, TrainingData(examples), config, folder=tmp_path, pad_id=0)
    assert trained.model.is_gradient_checkpointing


def test_a_run_that_diverges_is_no_success(role, additions, tiny_folder, tmp_path):
    with pytest.raises(UserError, match="has diverged"):
        run(role, additions, tiny_folder, tmp_path / "b", "optimizer.learning_rate=1e30")
    assert not (tmp_path / "b" / "bundle.json").exists()


def test_the_loss_falls_and_the_best_weights_are_kept(role, additions, tiny_folder, tmp_path):
    settings = ["max_steps=30", "optimizer.learning_rate=0.02", "checkpoint.every_steps=5"]
    bundle = run(role, additions, tiny_folder, tmp_path / "b", *settings)
    lines = (bundle.folder / "training" / "metrics.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    training = [entry["loss"] for entry in entries if "loss" in entry]
    validation = [entry["eval_loss"] for entry in entries if "eval_loss" in entry]
    assert training[-1] < training[0] / 2
    assert bundle.manifest.summary["validation_loss"] == pytest.approx(min(validation))
    assert len(validation) == 6


def test_a_base_model_that_has_changed_is_refused(role, additions, tiny_folder, tmp_path):
    import shutil

    base = tmp_path / "base"
    shutil.copytree(tiny_folder, base)
    bundle = run(role, additions, base, tmp_path / "b")
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps(config | {"rms_norm_eps": 1e-5}))
    with pytest.raises(UserError, match="not the base model"):
        load_bundle_model(bundle)


def test_the_bundles_template_has_no_default_system_message(role, additions, tiny_folder, tmp_path):
    from transformers import AutoTokenizer

    bundle = run(role, additions, tiny_folder, tmp_path / "b")
    tokenizer = AutoTokenizer.from_pretrained(bundle.tokenizer_folder)
    text = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], tokenize=False)
    assert text == "<|im_start|>user\nHi<|im_end|>\n"


def test_unknown_target_modules_are_the_users_error(role, additions, tiny_folder, tmp_path):
    with pytest.raises(UserError, match=r"lora\.target_modules"):
        run(role, additions, tiny_folder, tmp_path / "b", "lora.target_modules=[nonsense]")


@pytest.mark.parametrize("settings", [(), ("validation_share=0", "method=full")])
def test_a_run_killed_after_its_last_step_only_has_to_be_written(
    role, additions, tiny_folder, tmp_path, monkeypatch, settings
):
    whole = run(role, additions, tiny_folder, tmp_path / "whole", *settings)
    with monkeypatch.context() as patched:
        patched.setattr(training_module, "_write_parts", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(role, additions, tiny_folder, tmp_path / "killed", *settings)
    config = load_config(None, [*SHORT, *settings])
    arguments = (str(tiny_folder), tmp_path / "killed", config, QUIET)
    resumed = train(role, additions, *arguments, resume=True)
    for key in ("steps", "loss", "validation_loss"):
        assert resumed.manifest.summary[key] == whole.manifest.summary[key]
    weights = {path: digest for path, digest in whole.manifest.files.items() if "safet" in path}
    assert weights
    assert weights.items() <= resumed.manifest.files.items()


def interrupt(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("thinking", "told"),
    [
        ("on", "19 of 21 trained answers have no <think>"),
        ("off", "2 of 21 trained answers have reasoning"),
    ],
)
def test_a_bundle_thinks_as_it_was_trained(
    role, additions, thinking_tokenizer, build_model, tmp_path, talk, thinking, told
):
    tokenizer = thinking_tokenizer
    tokenizer.save_pretrained(tmp_path / "base")
    build_model(len(tokenizer)).save_pretrained(tmp_path / "base")
    thought = talk("Q", "<think>x</think>A", "Q", "<think>y</think>B")
    rows = [*additions[:-1], thought]
    config = load_config(None, [*SHORT, "max_steps=1", f"thinking={thinking}"])
    said = []
    out = tmp_path / "b"
    bundle = train(role, rows, str(tmp_path / "base"), out, config, Watcher(said.append))
    assert any(told in line for line in said)
    assert any("20 conversations as 21 examples" in line for line in said)
    assert bundle.manifest.summary["examples"] == 21
    served = load_bundle_model(bundle).encoder
    assert served.format.thinking == thinking
    fresh = ChatEncoder(tokenizer, thinking=thinking)
    prompt = talk("Q").messages
    assert served.encode_prompt("S", prompt) == fresh.encode_prompt("S", prompt)
