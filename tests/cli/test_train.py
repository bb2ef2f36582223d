import json
import shutil

import pytest

from rolewright.bundle.read import read_bundle


@pytest.fixture
def arguments(project, tiny_folder):
    return [
        *("train", project / "role.yaml", project / "train.jsonl"),
        *("--model", tiny_folder, "--out", project / "out 目录"),
        *("--set", "max_steps=1", "--set", "batch_size=2"),
    ]


def test_bundle_is_whole(trained, tiny_folder):
    bundle = read_bundle(trained)
    assert bundle.role.name == "Atlas"
    assert bundle.manifest.base_model.name == str(tiny_folder)
    assert bundle.manifest.summary["steps"] == 2
    assert bundle.manifest.settings["batch_size"] == 2
    assert {path.name for path in trained.iterdir()} == {
        *("adapter", "bundle.json", "prompts.txt", "role.yaml", "tokenizer", "training")
    }


def test_summary_as_json(as_json, arguments, project):
    code, printed = as_json(*arguments, "--set", "lora.rank=3", "--set", "validation_share=0")
    assert code == 0
    assert printed["schema"] == "rolewright.train/1"
    assert printed["bundle"] == str(project / "out 目录")
    assert (printed["steps"], printed["conversations"]) == (1, 8)
    assert printed["validation_loss"] is None
    settings = read_bundle(project / "out 目录").manifest.settings
    assert settings["lora"]["rank"] == 3


def test_finished_bundle_is_never_overwritten(refused, arguments, trained):
    before = (trained / "bundle.json").read_bytes()
    again = [trained if str(each).endswith("目录") else each for each in arguments]
    assert "a finished bundle lies here" in refused(*again)
    assert "a finished bundle lies here" in refused(*again, "--resume")
    assert (trained / "bundle.json").read_bytes() == before


def test_other_things_in_the_way(refused, arguments, project):
    out = project / "out 目录"
    out.mkdir()
    (out / "notes.txt").touch()
    assert "not empty (notes.txt)" in refused(*arguments)
    assert "notes.txt would be no part of it" in refused(*arguments, "--resume")
    shutil.rmtree(out)
    out.touch()
    assert "this is a file" in refused(*arguments)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("lora.rnk=3", "did you mean 'rank'?"),
        ("epoch=3", "did you mean 'epochs'?"),
        ("epochs", "this is no key and value"),
        ("epochs=-1", "found -1"),
        ("batch_size=two", "found 'two'"),
        ("seed.x=1", "seed"),
        ("lora=3", "expected: keys and values"),
        ("method=magic", "'lora' or 'full'"),
        ("epochs=[", "is not a YAML value"),
    ],
)
def test_wrong_override(refused, arguments, project, override, said):
    err = refused(*arguments, "--set", override)
    assert err.startswith("--set")
    assert said in err
    assert not (project / "out 目录").exists()


def test_wrong_configuration_names_its_line(refused, arguments, project):
    config = project / "config.yaml"
    config.write_text("epochs: 1\nlora:\n  rnk: 3\n", "utf-8")
    err = refused(*arguments, "--config", config)
    assert "config.yaml:3: lora.rnk: unknown key 'rnk'" in err
    assert "did you mean 'rank'?" in err
    assert "there is no such file" in refused(*arguments, "--config", project / "nope.yaml")


def test_target_modules_that_the_model_has_not(refused, arguments):
    assert "lora.target_modules" in refused(*arguments, "--set", "lora.target_modules=[nope]")


def test_skipped_rows_are_counted(rolewright, arguments, project):
    data = project / "train.jsonl"
    data.write_text(data.read_text("utf-8") + "not json\n", "utf-8")
    assert rolewright(*arguments)[0] == 2
    assert not (project / "out 目录").exists()
    code, out, err = rolewright(*arguments, "--skip-bad")
    assert code == 0
    assert "1 bad rows skipped, 8 conversations left" in err
    assert out.startswith(f"{project / 'out 目录'}: 1 steps in ")
    assert "\x1b" not in out + err


@pytest.fixture
def interrupted(rolewright, arguments, monkeypatch):
    """Stop a training by Ctrl-C after its first step."""

    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("rolewright.training.train.run_training", stop)
        code, out, err = rolewright(*arguments)
    assert (code, out) == (130, "")
    assert "--resume" in err
    assert err.endswith("interrupted\n")
    return arguments


def test_resume_goes_on(rolewright, refused, interrupted, project):
    assert "--resume" in refused(*interrupted)
    assert rolewright(*interrupted, "--resume")[0] == 0
    read_bundle(project / "out 目录")


def test_resume_with_other_data_names_what_changed(refused, interrupted, project):
    data = project / "train.jsonl"
    rows = data.read_text("utf-8").splitlines()
    data.write_text("\n".join(rows[1:]), "utf-8")
    assert "another data" in refused(*interrupted, "--resume")


def test_resume_with_another_role_and_settings_names_both(refused, interrupted, project):
    role = project / "role.yaml"
    role.write_text(role.read_text("utf-8") + "# changed\n", "utf-8")
    err = refused(*interrupted, "--resume", "--set", "seed=1")
    assert "another role and another settings" in err


def test_refused_resume_leaves_the_run_as_it_was(rolewright, interrupted, project):
    role = project / "role.yaml"
    text = role.read_text("utf-8")
    role.write_text(text + "# changed\n", "utf-8")
    assert rolewright(*interrupted, "--resume")[0] == 2
    role.write_text(text, "utf-8")
    assert rolewright(*interrupted, "--resume")[0] == 0


def test_no_data_and_no_model(refused, arguments, project, tmp_path):
    (project / "train.jsonl").write_text("", "utf-8")
    assert "no rows" in refused(*arguments)
    shutil.copy(project / "role.yaml", project / "train.jsonl")
    assert "train.jsonl:1" in refused(*arguments)


def test_a_refused_model_does_not_take_the_folder(rolewright, arguments, project, tiny_folder):
    wrong = [project / "nope" if each == tiny_folder else each for each in arguments]
    code, out, err = rolewright(*wrong)
    assert (code, out) == (2, "")
    assert "there is no such folder" in err
    assert rolewright(*arguments)[0] == 0


def test_metrics_are_json(trained):
    lines = (trained / "training" / "metrics.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["step"] for line in lines} == {1, 2}
