import json

import rolewright.generation.chat_model as chat_model_module
from rolewright.cli.app import run


def arguments(project, tiny_folder, *further, out="augmented.jsonl"):
    inputs = [project / "role.yaml", project / "train.jsonl"]
    limit = ["--max-new-tokens", 4]
    return ["augment", *inputs, "--model", tiny_folder, "--out", project / out, *limit, *further]


def test_what_is_written_can_be_checked_and_trained_on(
    rolewright, as_json, project, tiny_folder, tmp_path
):
    shares = ["--shares", "none=50%,empty=0.25,foreign=0.25,paraphrase=0.5"]
    code, out, err = rolewright(*arguments(project, tiny_folder, *shares))
    assert code == 0, err
    assert out == (
        f"{project / 'augmented.jsonl'}: 8 rows of the data (8 of the role), "
        "twins: none 4, empty 2, foreign 2, paraphrase 4\n"
    )
    assert "answers reach 4 tokens" in err
    data = project / "augmented.jsonl"
    code, checked = as_json("check", project / "role.yaml", data)
    assert (code, checked["conversations"], checked["errors"]) == (0, 20, 0)
    loud = {f["code"] for f in checked["findings"] if f["severity"] != "info"}
    assert loud - {"RW109"} == {"RW302"}  # a random model writes characters that nobody types
    settings = ["--set", "max_steps=1", "--set", "validation_share=0"]
    train = ["train", project / "role.yaml", data, "--model", tiny_folder, "--out", tmp_path / "b"]
    code, trained = as_json(*train, *settings)
    assert (code, trained["conversations"]) == (0, 20)


def test_json(as_json, project, tiny_folder):
    code, told = as_json(*arguments(project, tiny_folder, "--shares", "paraphrase=1"))
    assert code == 0
    assert told == {
        "schema": "rolewright.augment/1",
        "out": str(project / "augmented.jsonl"),
        "rows": 8,
        "of_role": 8,
        "twins": {"none": 0, "empty": 0, "foreign": 0, "paraphrase": 8},
        "cut": 0,
        "left_out": 0,
    }


def test_mistakes_of_the_user(refused, project, tiny_folder):
    assert "--shares" in refused(*arguments(project, tiny_folder, "--shares", "none=2"))
    assert "--temperature" in refused(*arguments(project, tiny_folder, "--temperature", "nan"))
    assert "no such file" in refused(*arguments(project, tiny_folder, "--foreign", "missing.yaml"))
    assert "overwritten" in refused(*arguments(project, tiny_folder, out="train.jsonl"))


def test_bad_rows_are_skipped_on_request(rolewright, project, tiny_folder):
    with (project / "train.jsonl").open("a") as stream:
        stream.write("{}\n")
    further = ["--shares", "paraphrase=1"]
    assert rolewright(*arguments(project, tiny_folder, *further))[0] == 2
    code, _, err = rolewright(*arguments(project, tiny_folder, *further, "--skip-bad"))
    assert code == 0
    assert "1 bad rows skipped, 8 conversations left" in err
    written = (project / "augmented.jsonl").read_text("utf-8").splitlines()
    assert len(list(map(json.loads, written))) == 16


def test_ctrl_c_leaves_what_can_be_gone_on_with(project, tiny_folder, monkeypatch, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(chat_model_module.ChatModel, "answer", stop)
    assert run([str(each) for each in arguments(project, tiny_folder)]) == 130
    unfinished = project / "augmented.jsonl.unfinished"
    assert f"the same command goes on with {unfinished}" in capsys.readouterr().err
    assert unfinished.exists()
    assert not (project / "augmented.jsonl").exists()
    monkeypatch.undo()
    assert run([str(each) for each in arguments(project, tiny_folder)]) == 0
    assert not unfinished.exists()
