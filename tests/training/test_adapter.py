import json

import peft
import pytest
import torch
from safetensors.torch import load_file

from rolewright.generation.load import load_bundle_model
from rolewright.models.load import load_model
from rolewright.prefix.support import plain_loss
from rolewright.training.adapter import add_adapter
from rolewright.training.config import LoraConfig, load_config
from rolewright.training.examples import encode_examples, split_validation
from rolewright.training.train import Watcher, train

IDS = torch.tensor([[5, 6, 7, 8]])
FAST = ["max_steps=3", "batch_size=4", "optimizer.learning_rate=0.02", "precision=fp32"]


@pytest.fixture
def trained(role, additions, tmp_path):
    """Train a bundle of a checkpoint folder."""

    def run(folder, *settings):
        config = load_config(None, [*FAST, *settings])
        out = tmp_path / "bundle"
        return train(role, additions, str(folder), out, config, Watcher(lambda _: None))

    return run


@pytest.fixture(params=[True, False], ids=["tied", "untied"])
def checkpoint(request, build_model, tiny_tokenizer, tmp_path):
    folder = tmp_path / "base"
    build_model(len(tiny_tokenizer), tie_word_embeddings=request.param).save_pretrained(folder)
    tiny_tokenizer.save_pretrained(folder)
    return folder


def logits(model):
    with torch.no_grad():
        return model(IDS).logits


def with_plain_peft(folder, bundle):
    base = load_model(str(folder), precision="fp32")
    return peft.PeftModel.from_pretrained(base, str(bundle.adapter_folder)).eval()


@pytest.mark.parametrize(
    "settings",
    [("lora.variant=rslora",), ("lora.variant=dora",), ("lora.train_embeddings=true",)],
    ids=str,
)
def test_plain_peft_computes_what_the_bundle_does(trained, checkpoint, settings):
    bundle = trained(checkpoint, *settings)
    ours = logits(load_bundle_model(bundle, precision="fp32").model)
    torch.testing.assert_close(ours, logits(with_plain_peft(checkpoint, bundle)))
    plain = logits(load_model(str(checkpoint), precision="fp32"))
    assert (ours - plain).abs().max() > 1e-3


def test_rslora_scales_by_the_root_of_the_rank(build_model):
    def delta(variant):
        config = LoraConfig(rank=4, alpha=8, variant=variant, target_modules=["q_proj"])
        layer = add_adapter(build_model(50), config).base_model.model.model.layers[0]
        query = layer.self_attn.q_proj
        torch.nn.init.ones_(query.lora_B["default"].weight)
        torch.nn.init.ones_(query.lora_A["default"].weight)
        return query.get_delta_weight("default")

    ones = torch.full((32, 32), 4.0)  # B A of rank 4
    torch.testing.assert_close(delta("lora"), ones * 8 / 4)
    torch.testing.assert_close(delta("rslora"), ones * 8 / 4**0.5)


def test_dora_trains_magnitudes_which_start_as_the_lengths_of_the_weights(build_model):
    model = add_adapter(build_model(50), LoraConfig(variant="dora"))
    layer = model.base_model.model.model.layers[0].self_attn.q_proj
    magnitude = layer.lora_magnitude_vector["default"].weight
    assert magnitude.requires_grad
    torch.testing.assert_close(magnitude, layer.base_layer.weight.norm(dim=1))


def test_embeddings_are_left_alone_unless_asked_for(trained, checkpoint):
    bundle = trained(checkpoint)
    saved = load_file(bundle.adapter_folder / "adapter_model.safetensors")
    assert all("lora_" in name for name in saved)
    before = load_model(str(checkpoint)).get_input_embeddings().weight
    after = load_bundle_model(bundle).model.get_input_embeddings().weight
    assert torch.equal(before, after)


def test_trained_embeddings_stay_tied_if_they_were(trained, checkpoint):
    bundle = trained(checkpoint, "lora.train_embeddings=true", "validation_share=0.2")
    base = load_model(str(checkpoint), precision="fp32")
    tied = base.config.tie_word_embeddings
    before = base.get_input_embeddings().weight.clone(), base.lm_head.weight.clone()
    merged = with_plain_peft(checkpoint, bundle).merge_and_unload()
    after = merged.get_input_embeddings().weight, merged.get_output_embeddings().weight
    assert all((a - b).abs().max() > 1e-3 for a, b in zip(after, before, strict=True))
    assert torch.equal(*after) == tied


def test_what_is_trained_is_in_fp32_whatever_the_model_is_in(build_model):
    model = build_model(50).to(torch.bfloat16)
    adapted = add_adapter(model, LoraConfig(train_embeddings=True))
    precisions = {p.requires_grad: p.dtype for p in adapted.parameters()}
    assert precisions == {True: torch.float32, False: torch.bfloat16}


def test_quantised_weights_are_prepared_before_an_adapter_comes(build_model, monkeypatch):
    model = build_model(50).to(torch.bfloat16)
    model.is_quantized = True
    adapted = add_adapter(model, LoraConfig())
    # peft.prepare_model_for_kbit_training raises all that is not quantised to fp32.
    assert {p.dtype for p in adapted.parameters()} == {torch.float32}


def test_of_trained_embeddings_too_the_best_are_kept(trained, checkpoint, role, additions):
    settings = ["max_steps=6", "optimizer.learning_rate=0.3", "checkpoint.every_steps=1"]
    settings += ["lora.train_embeddings=true", "validation_share=0.3"]
    settings += ["optimizer.schedule=constant_with_warmup"]
    bundle = trained(checkpoint, *settings)
    model = load_bundle_model(bundle, precision="fp32")
    examples = encode_examples(
        additions, model.encoder, role_system=role.system, loss="assistant", max_length_tokens=500
    )
    _, validation = split_validation(examples.examples, 0.3, seed=42)
    with torch.no_grad():
        summed = sum(float(plain_loss(model.model, example)) for example in validation)
    loss = summed / sum(example.trained_tokens for example in validation)
    lines = (bundle.folder / "training" / "metrics.jsonl").read_text("utf-8").splitlines()
    losses = [entry["eval_loss"] for line in lines if "eval_loss" in (entry := json.loads(line))]
    assert losses[-1] > min(losses) + 0.01  # or the last would be the best
    assert loss == pytest.approx(min(losses), abs=1e-4)
