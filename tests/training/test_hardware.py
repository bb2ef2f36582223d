import importlib.machinery
import json

import pytest

import rolewright.training.train as training_module
from rolewright.errors import UserError
from rolewright.generation.load import load_bundle_model
from rolewright.training.config import load_config
from rolewright.training.hardware import checkpoints_activations, require_hardware, uses_liger
from rolewright.training.train import Watcher, train

QUIET = Watcher(lambda _: None)


@pytest.fixture
def pretend(monkeypatch):
    """Pretend that there is a GPU or not, and that packages are installed."""

    def machine(*installed, gpu):
        found = importlib.machinery.ModuleSpec("found", None)
        for module in ("models.quantization", "training.hardware"):
            monkeypatch.setattr(
                f"rolewright.{module}.find_spec", lambda name: found if name in installed else None
            )
        monkeypatch.setattr("torch.cuda.is_available", lambda: gpu)

    return machine


@pytest.mark.parametrize("kind", ["nf4", "int8"])
@pytest.mark.parametrize(
    ("gpu", "found"), [(False, "no CUDA device"), (True, "bitsandbytes is not installed")]
)
def test_quantisation_needs_a_gpu_and_bitsandbytes(pretend, kind, gpu, found):
    pretend(gpu=gpu)
    with pytest.raises(UserError, match=found) as error:
        require_hardware(load_config(None, [f"quantization={kind}"]))
    assert "pip install bitsandbytes" in str(error.value)
    pretend("bitsandbytes", gpu=True)
    require_hardware(load_config(None, [f"quantization={kind}"]))


@pytest.mark.parametrize("gpu", [True, False])
def test_activations_are_computed_again_on_a_cpu_unless_told(pretend, gpu):
    pretend(gpu=gpu)
    assert checkpoints_activations(load_config(None, [])) is not gpu
    for written, expected in {"on": True, "true": True, "off": False, "false": False}.items():
        config = load_config(None, [f"gradient_checkpointing={written}"])
        assert checkpoints_activations(config) is expected


@pytest.mark.parametrize(
    ("installed", "gpu", "auto"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_liger_is_used_on_a_gpu_where_it_is_installed(pretend, installed, gpu, auto):
    pretend(*(["liger_kernel"] if installed else []), gpu=gpu)
    assert uses_liger(load_config(None, [])) is auto
    assert uses_liger(load_config(None, ["liger=off"])) is False
    config = load_config(None, ["liger=on"])
    if auto:
        assert uses_liger(config)
        return
    with pytest.raises(UserError, match="pip install liger-kernel"):
        require_hardware(config)


@pytest.mark.parametrize("setting", ["quantization=nf4", "liger=on"])
def test_it_is_told_before_anything_is_loaded_or_written(
    role, additions, tmp_path, monkeypatch, pretend, setting
):
    pretend(gpu=False)
    monkeypatch.setattr(training_module, "load_tokenizer", pytest.fail)
    with pytest.raises(UserError, match="no CUDA device"):
        train(role, additions, "m", tmp_path / "b", load_config(None, [setting]), QUIET)
    assert not (tmp_path / "b").exists()


def test_a_bundle_of_a_quantised_base_says_so_where_it_is_loaded_whole(
    role, additions, tiny_folder, tmp_path
):
    config = load_config(None, ["max_steps=1", "batch_size=4"])
    bundle = train(role, additions, str(tiny_folder), tmp_path / "b", config, QUIET)
    file = bundle.folder / "bundle.json"
    manifest = json.loads(file.read_text("utf-8"))
    manifest["settings"]["quantization"] = "nf4"
    file.write_text(json.dumps(manifest), "utf-8")
    from rolewright.bundle.read import read_bundle

    said = []
    load_bundle_model(read_bundle(bundle.folder), say=said.append)
    assert "trained on a base model in nf4" in said[0]
    said.clear()
    load_bundle_model(bundle, say=said.append)
    assert said == []


def test_a_head_is_trained_by_one_process(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    require_hardware(load_config(None, ["confidence_head.weight=0.5"]))
    with pytest.raises(UserError, match="and there are 2") as error:
        require_hardware(load_config(None, ["confidence_head.data=graded.jsonl"]))
    assert "rolewright calibrate" in str(error.value)
    monkeypatch.setenv("WORLD_SIZE", "1")
    require_hardware(load_config(None, ["confidence_head.data=graded.jsonl"]))
