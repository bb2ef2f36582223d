import json


def test_suites_are_written_once(as_json, refused, project, tmp_path):
    out = tmp_path / "out"
    command = ("export-inspect", project / "role.yaml", "--quick", "--out", out)
    code, printed = as_json(*command, "--suites", "leakage", "--max-new-tokens", 9)
    assert code == 0
    assert printed["schema"] == "rolewright.export_inspect/1"
    assert printed["samples"] == {"adherence": 4, "leakage": 72}
    assert "max_tokens=9" in (out / "task.py").read_text("utf-8")
    assert "not empty" in refused(*command)


def test_all_suites_with_data_and_questions(rolewright, project, tmp_path):
    data, questions = tmp_path / "eval.jsonl", tmp_path / "questions.jsonl"
    row = {"scenario": "capital", "messages": [{"role": "user", "content": "Capital of Peru?"}]}
    data.write_text(json.dumps(row) + "\n", "utf-8")
    questions.write_text(json.dumps(row | {"answers": ["Lima"]}) + "\n", "utf-8")
    out = tmp_path / "out"
    command = ["export-inspect", project / "role.yaml", "--data", data, "--questions", questions]
    code, printed, err = rolewright(*command, "--quick", "--out", out)
    assert code == 0
    assert err.startswith("switching stays here")
    assert "adherence 2" in printed
    assert "general_ability 1" in printed
    assert f"inspect eval {out / 'task.py'}" in printed
