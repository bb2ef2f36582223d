import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from rolewright.errors import UserError
from rolewright.models.load import load_model
from rolewright.models.qwen1.config import read_config
from rolewright.models.qwen1.weights import list_sources

IDS = [7, 300, 41, 41, 200, 99, 3, 260, 511, 0, 17, 150]
SHAPES = [
    {"num_attention_heads": 1, "kv_channels": 32},
    {"num_attention_heads": 4, "kv_channels": 8},
    {"num_attention_heads": 6, "kv_channels": 8, "hidden_size": 48},
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape['num_attention_heads']} heads")
@pytest.mark.parametrize(
    ("kind", "shards"), [("safetensors", 1), ("safetensors", 3), ("bin", 1), ("bin", 2)]
)
def test_logits_equal_the_published_forward_pass(write_qwen1, reference, kind, shards, shape):
    folder, config, weights = write_qwen1(kind, shards, **shape)
    model = load_model(str(folder))
    assert type(model).__name__ == "Qwen2ForCausalLM"
    assert not model.training
    with torch.no_grad():
        logits = model(torch.tensor([IDS])).logits[0]
    torch.testing.assert_close(logits, reference(weights, config, IDS), rtol=0, atol=2e-4)


def test_the_rope_base_of_72b_is_used(write_qwen1, reference):
    folder, config, weights = write_qwen1(rotary_emb_base=1_000_000)
    with torch.no_grad():
        logits = load_model(str(folder))(torch.tensor([IDS])).logits[0]
    torch.testing.assert_close(logits, reference(weights, config, IDS), rtol=0, atol=2e-4)
    other = reference(weights, config | {"rotary_emb_base": 10_000}, IDS)
    assert (logits - other).abs().max() > 0.1


def test_the_names_of_the_first_release_are_read(write_qwen1, reference):
    folder, config, weights = write_qwen1()
    old = {
        "n_embd": config.pop("hidden_size"),
        "ffn_hidden_size": config.pop("intermediate_size"),
        "n_layer": config.pop("num_hidden_layers"),
        "n_head": config.pop("num_attention_heads"),
        "padded_vocab_size": config["vocab_size"],
    }
    (folder / "config.json").write_text(json.dumps({**config, "vocab_size": 500, **old}))
    with torch.no_grad():
        logits = load_model(str(folder))(torch.tensor([IDS])).logits[0]
    config |= {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    torch.testing.assert_close(logits, reference(weights, config, IDS), rtol=0, atol=2e-4)


def test_buffers_of_earlier_releases_are_skipped(write_qwen1):
    folder, _, weights = write_qwen1()
    buffers = {
        "transformer.rotary_emb.inv_freq": torch.ones(4),
        "transformer.h.0.attn.masked_bias": torch.tensor(-1e4),
        "transformer.h.1.attn.rotary_emb.inv_freq": torch.ones(4),
    }
    save_file(weights | buffers, folder / "model.safetensors")
    load_model(str(folder))


@pytest.mark.parametrize(
    ("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)]
)
def test_weights_come_in_the_precision_asked_for(write_qwen1, precision, dtype):
    folder, _, weights = write_qwen1("bin")
    torch.save({k: v.half() for k, v in weights.items()}, folder / "pytorch_model.bin")
    model = load_model(str(folder), precision=precision)
    assert {parameter.dtype for parameter in model.parameters()} == {dtype}
    assert model.config.dtype == dtype


def test_weights_stay_when_the_files_go(write_qwen1, reference):
    folder, config, weights = write_qwen1("bin")
    model = load_model(str(folder))
    file = folder / "pytorch_model.bin"
    with file.open("r+b") as stream:
        stream.write(bytes(file.stat().st_size))
    with torch.no_grad():
        logits = model(torch.tensor([IDS])).logits[0]
    torch.testing.assert_close(logits, reference(weights, config, IDS), rtol=0, atol=2e-4)


def rewrite(folder, change):
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            lambda w: w.pop("transformer.h.1.mlp.w2.weight"),
            r"model\.safetensors: transformer\.h\.1\.mlp\.w2\.weight: this tensor is missing",
        ),
        (
            lambda w: w.update({"transformer.h.2.ln_1.weight": torch.ones(32)}),
            r"model\.safetensors: transformer\.h\.2\.ln_1\.weight: this tensor is none",
        ),
        (
            lambda w: w.update({"transformer.h.0.mlp.c_proj.bias": torch.ones(32)}),
            r"transformer\.h\.0\.mlp\.c_proj\.bias: this tensor is none",
        ),
        (
            lambda w: w.update({"transformer.h.0.attn.c_attn.weight": torch.ones(96, 31)}),
            r"c_attn\.weight: this tensor has the shape \(96, 31\)\n    expected: \(96, 32\)",
        ),
    ],
    ids=["missing", "layer too many", "bias", "shape"],
)
def test_wrong_tensors_are_named_with_their_shard(write_qwen1, change, found):
    folder, _, _ = write_qwen1()
    rewrite(folder, change)
    with pytest.raises(UserError, match=found):
        load_model(str(folder))


def test_all_wrong_tensors_are_named_at_once(write_qwen1):
    folder, _, _ = write_qwen1()
    rewrite(folder, lambda w: (w.pop("lm_head.weight"), w.pop("transformer.ln_f.weight")))
    with pytest.raises(UserError) as error:
        load_model(str(folder))
    assert len(error.value.faults) == 2


@pytest.mark.parametrize("kind", ["safetensors", "bin"])
def test_a_missing_shard_is_named(write_qwen1, kind):
    folder, _, _ = write_qwen1(kind, 3)
    (shard,) = folder.glob("*-00002-of-00003.*")
    shard.unlink()
    with pytest.raises(UserError, match=r"00002-of-00003\.\w+: this shard is missing"):
        load_model(str(folder))


@pytest.mark.parametrize(
    ("kind", "content", "found"),
    [
        ("safetensors", b"version https://git-lfs.github.com/spec/v1\n", "cannot be read"),
        ("bin", b"version https://git-lfs.github.com/spec/v1\n", "no shard that can be mapped"),
    ],
)
def test_a_broken_shard_is_named(write_qwen1, kind, content, found):
    folder, _, _ = write_qwen1(kind, 2)
    (shard,) = folder.glob("*-00002-of-00002.*")
    shard.write_bytes(content)
    with pytest.raises(UserError, match=rf"00002-of-00002\.\w+: .*{found}"):
        load_model(str(folder))


def test_nothing_but_tensors_is_unpickled(write_qwen1, tmp_path):
    class Attack:
        def __reduce__(self):
            return (open, (str(tmp_path / "attacked"), "w"))

    folder, _, weights = write_qwen1("bin")
    torch.save(weights | {"x": Attack()}, folder / "pytorch_model.bin")
    with pytest.raises(UserError, match=r"pytorch_model\.bin: cannot be read"):
        load_model(str(folder))
    assert not (tmp_path / "attacked").exists()


def test_a_tensor_in_two_shards_is_refused(write_qwen1):
    folder, _, weights = write_qwen1("safetensors", 2)
    first = folder / "model-00001-of-00002.safetensors"
    save_file(load_file(first) | {"lm_head.weight": weights["lm_head.weight"]}, first)
    with pytest.raises(UserError, match=r"lm_head\.weight: this tensor stands in model-00001"):
        load_model(str(folder))


def test_an_index_reaches_no_file_outside(write_qwen1):
    folder, _, _ = write_qwen1("safetensors", 2)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"lm_head.weight": "../other.safetensors"}}))
    with pytest.raises(UserError, match="no file of this folder"):
        load_model(str(folder))


def test_a_folder_without_weights_is_refused(write_qwen1):
    folder, _, _ = write_qwen1()
    (folder / "model.safetensors").unlink()
    with pytest.raises(UserError, match="holds no weights"):
        load_model(str(folder))


def test_safetensors_are_preferred(write_qwen1):
    folder, _, weights = write_qwen1()
    torch.save(weights, folder / "pytorch_model.bin")
    sources = list_sources(folder, read_config(folder))
    assert {source.file.name for source in sources} == {"model.safetensors"}
