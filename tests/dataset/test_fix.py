import json
from pathlib import Path

import pytest

from rolewright.dataset.fix import LEFT_OUT, plan_cleaning, write_cleaned
from rolewright.errors import UserError

PROMPT = "I would like to know the name of the capital of Bolivia, a country in the Andes"


def rows_of(file):
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_what_is_left_out_and_why(check, atlas, tmp_path):
    pairs = [
        (PROMPT, "Sucre"),
        ("Hello!", "Hi."),
        {"messages": []},
        (PROMPT, "Sucre"),
        (PROMPT + "!", "Sucre."),
        ("What is 2+2?", "4"),
    ]
    _, checks = check(pairs, ["What is 2+2?"])
    file, out = tmp_path / "train.jsonl", tmp_path / "cleaned"
    before = file.read_bytes()
    copy = write_cleaned([file], out, atlas, plan_cleaning(checks))
    assert file.read_bytes() == before
    assert copy.kept == {str(file): 2}
    assert copy.left_out == {"RW101": 1, "RW301": 1, "RW303": 1, "RW501": 1}
    assert rows_of(out / "train.jsonl") == [json.loads(line) for line in before.splitlines()[:2]]
    said = (out / LEFT_OUT).read_text("utf-8").splitlines()
    assert [line.split(",")[0] for line in said] == [
        f"{file}:3: RW101",
        f"{file}:4: RW301",
        f"{file}:5: RW303",
        f"{file}:6: RW501",
    ]
    assert {path.name for path in tmp_path.iterdir()} >= {"cleaned", "train.jsonl"}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_row_that_only_resembles_a_leaking_one_is_left_out_as_leaking(check):
    _, checks = check([(PROMPT, "Sucre"), (PROMPT, "Sucre"), ("Hi!", "Hi.")], [PROMPT])
    assert plan_cleaning(checks).left_out == {0: "RW501", 1: "RW501"}


def test_an_array_becomes_lines(check, atlas, tmp_path):
    _, checks = check([("Hello!", "Hi."), ("你好", "您好。")])
    rows = rows_of(tmp_path / "train.jsonl")
    array = tmp_path / "array.json"
    array.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    write_cleaned([array], tmp_path / "out", atlas, plan_cleaning(checks))
    assert rows_of(tmp_path / "out" / "array.jsonl") == rows


@pytest.mark.parametrize("taken", ["file", "full"])
def test_nothing_is_overwritten(check, atlas, tmp_path, taken):
    _, checks = check([("Hello!", "Hi.")])
    out = tmp_path / "out"
    if taken == "file":
        out.write_text("mine")
    else:
        out.mkdir()
        (out / "train.jsonl").write_text("mine")
    with pytest.raises(UserError, match="this is taken"):
        write_cleaned([tmp_path / "train.jsonl"], out, atlas, plan_cleaning(checks))
    assert "mine" in (out if taken == "file" else out / "train.jsonl").read_text()


def test_an_empty_folder_is_filled(check, atlas, tmp_path):
    _, checks = check([("Hello!", "Hi.")])
    (tmp_path / "out").mkdir()
    write_cleaned([tmp_path / "train.jsonl"], tmp_path / "out", atlas, plan_cleaning(checks))
    assert len(rows_of(tmp_path / "out" / "train.jsonl")) == 1


def test_files_of_one_name_are_refused(check, atlas, tmp_path):
    _, checks = check([("Hello!", "Hi.")])
    files = [Path("a/x.jsonl"), Path("b/x.json")]
    with pytest.raises(UserError, match=r"2 files would be written to x\.jsonl"):
        write_cleaned(files, tmp_path / "out", atlas, plan_cleaning(checks))


def test_data_that_changed_leave_nothing_behind(check, atlas, tmp_path):
    _, checks = check([("Hello!", "Hi."), ("What?", "That.")])
    file = tmp_path / "train.jsonl"
    file.write_text(file.read_text().splitlines()[0] + "\n")
    with pytest.raises(UserError, match="2 rows were checked, and 1 are there now"):
        write_cleaned([file], tmp_path / "out", atlas, plan_cleaning(checks))
    assert not (tmp_path / "out").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_an_interrupted_write_leaves_nothing_behind(check, atlas, tmp_path, monkeypatch):
    _, checks = check([("Hello!", "Hi.")])

    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("rolewright.dataset.fix._copy_row", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_cleaned([tmp_path / "train.jsonl"], tmp_path / "out", atlas, plan_cleaning(checks))
    assert {path.name for path in tmp_path.iterdir()} == {"train.jsonl", "eval.jsonl", "role.yaml"}
