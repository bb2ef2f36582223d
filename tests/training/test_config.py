import pytest

from rolewright.errors import UserError
from rolewright.training.config import TrainingConfig, load_config


def test_defaults_depend_on_the_method():
    assert load_config(None, []) == TrainingConfig()
    assert load_config(None, []).learning_rate == 1e-3
    assert load_config(None, ["method=full"]).learning_rate == 2e-5


def test_overrides_win_over_the_file(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("epochs: 3\nlora:\n  rank: 4\n  dropout: 0.1\n")
    config = load_config(file, ["lora.rank=8", "optimizer.learning_rate=5e-4", "loss=qwen"])
    assert (config.epochs, config.lora.rank, config.lora.dropout) == (3, 8, 0.1)
    assert (config.learning_rate, config.loss) == (5e-4, "qwen")


def test_an_unknown_key_in_the_file_names_its_line_and_the_nearest(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("epochs: 3\nlora:\n  rnak: 4\n")
    with pytest.raises(UserError) as error:
        load_config(file, [])
    [fault] = error.value.faults
    assert (fault.place.line, fault.place.key) == (3, "lora.rnak")
    assert "'rank'" in fault.fix


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("lora.rnak=4", "lora.rnak"),
        ("epochs", "no key and value"),
        ("=4", "no key and value"),
        (".x=1", "no key and value"),
        ("seed=-1", "greater than or equal to 0"),
        ("epochs=.inf", "finite"),
        ("lora.alpha=.nan", "finite"),
        ("epochs=0", "greater than 0"),
        ("epochs.x=1", "epochs"),
        ("validation_share=1.5", "less than 1"),
        ("method=magic", "'lora' or 'full'"),
        ("lora={", "not a YAML value"),
    ],
)
def test_wrong_overrides_are_named(override, part):
    with pytest.raises(UserError, match="--set") as error:
        load_config(None, [override])
    assert part in str(error.value)


@pytest.mark.parametrize("written", ["on", "off", "auto", "true", "'on'"])
def test_a_switch_reads_what_yaml_takes_for_booleans(written):
    expected = {"true": "on"}.get(written, written.strip("'"))
    assert load_config(None, [f"liger={written}"]).liger == expected


def test_only_frozen_weights_can_be_quantised():
    assert load_config(None, ["quantization=nf4"]).quantization == "nf4"
    with pytest.raises(UserError, match="needs method lora"):
        load_config(None, ["quantization=nf4", "method=full"])


@pytest.mark.parametrize(("written", "thinking"), [("on", "on"), ("off", "off"), ('"on"', "on")])
def test_thinking_is_on_or_off_though_yaml_reads_them_as_booleans(tmp_path, written, thinking):
    assert load_config(None, [f"thinking={written}"]).thinking == thinking
    (tmp_path / "training.yaml").write_text(f"thinking: {written}\n")
    assert load_config(tmp_path / "training.yaml", []).thinking == thinking
