import json

import pytest


@pytest.mark.parametrize("language", ["en", "zh"])
def test_new_project_passes_its_check(rolewright, tmp_path, language):
    folder = tmp_path / "我的 role"
    code, out, err = rolewright("init", folder, "--lang", language)
    assert code == 0
    written = {folder / line for line in out.splitlines()}
    assert written == {path for path in folder.rglob("*") if path.is_file()}
    assert f"'{folder}/role.yaml'" in err
    data = folder / "data"
    code, out, _ = rolewright(
        "check", folder / "role.yaml", data / "train.jsonl", "--eval", data / "eval.jsonl", "--json"
    )
    assert code == 0
    assert {finding["severity"] for finding in json.loads(out)["findings"]} <= {"info"}


def test_empty_folder_will_do(rolewright, tmp_path):
    assert rolewright("init", tmp_path)[0] == 0


def test_nothing_is_overwritten(refused, tmp_path):
    (tmp_path / "role.yaml").write_text("mine", "utf-8")
    assert "not empty (role.yaml)" in refused("init", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["role.yaml"]
    assert (tmp_path / "role.yaml").read_text("utf-8") == "mine"


def test_unknown_language_leaves_no_folder(refused, tmp_path):
    assert "found 'fr'" in refused("init", tmp_path / "new", "--lang", "fr")
    assert not (tmp_path / "new").exists()


def test_file_in_the_way(refused, tmp_path):
    (tmp_path / "file").touch()
    assert "this is a file" in refused("init", tmp_path / "file")
    assert "Not a directory" in refused("init", tmp_path / "file" / "inside")
