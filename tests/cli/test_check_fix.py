import json

ROLE = """\
name: Atlas
system: You are Atlas.
scenarios: [{id: capital}, {id: river}]
rules: [{id: short, check: max_length, unit: words, max: 30}]
"""
COUNTRIES = ("Austria", "Brazil", "Chile", "Denmark", "Egypt", "Finland", "Greece", "Hungary")


def row(question, answer, scenario, **further):
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"messages": messages, "scenario": scenario, **further}


def write(file, rows):
    lines = [each if isinstance(each, str) else json.dumps(each) for each in rows]
    file.write_text("".join(line + "\n" for line in lines), "utf-8")


def project(folder):
    (folder / "role.yaml").write_text(ROLE, "utf-8")
    rows = [row(f"Capital of {each}?", f"The city of {each}", "capital") for each in COUNTRIES]
    rows += [row(f"Which river flows in {each}?", f"{each} Aa", "river") for each in COUNTRIES[:2]]
    spoilt = [*rows, "not json", rows[0], rows[3], row("Capital of Peru?", "Lima", "capital")]
    write(folder / "train.jsonl", spoilt)
    write(folder / "eval.jsonl", [row("Capital of Peru?", "Lima", "capital")])
    return [folder / "role.yaml", folder / "train.jsonl", "--eval", folder / "eval.jsonl"]


def test_the_copy_passes_without_what_was_left_out(as_json, tmp_path):
    role, data, *held_out = project(tmp_path)
    out = tmp_path / "cleaned"
    code, printed = as_json("check", role, data, *held_out, "--fix", out)
    assert code == 1
    assert printed["cleaned"] == {
        "kept": {str(data): 10},
        "left_out": {"RW101": 1, "RW301": 2, "RW501": 1},
    }
    code, printed = as_json("check", role, out / "train.jsonl", *held_out)
    assert code == 0
    loud = {each["code"] for each in printed["findings"] if each["severity"] != "info"}
    assert loud == {"RW302", "RW311"}
    assert printed["cleaned"] is None


def test_scenarios_are_balanced_by_weights(rolewright, tmp_path):
    role, data, *held_out = project(tmp_path)
    _, out, _ = rolewright("check", role, data, *held_out, "--fix", tmp_path / "cleaned")
    assert out.splitlines()[-1].endswith("10 rows; left out: 1 for RW101, 2 for RW301, 1 for RW501")
    lines = (tmp_path / "cleaned" / "train.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    total = {"capital": 0.0, "river": 0.0}
    for each in rows:
        total[each["scenario"]] += each["weight"]
    assert abs(total["capital"] - total["river"]) < 1e-3
    assert sum(total.values()) == 10


def test_weights_stay_within_bounds_and_multiply_a_rows_own(rolewright, tmp_path):
    role, data, *_ = project(tmp_path)
    rows = [row(f"Capital {n * 7919}?", f"City {n}", "capital") for n in range(40)]
    write(data, [*rows, row("Which river?", "The Aa", "river", weight=0.5)])
    rolewright("check", role, data, "--fix", tmp_path / "cleaned")
    lines = (tmp_path / "cleaned" / "train.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[-1])["weight"] == 2
    assert 0.5 < json.loads(lines[0])["weight"] < 1


def test_a_taken_folder_is_refused_before_anything_is_checked(refused, tmp_path):
    role, data, *_ = project(tmp_path)
    assert "this is taken" in refused("check", role, data, "--fix", tmp_path)


def test_there_has_to_be_something_to_clean(refused, tmp_path):
    role, *_ = project(tmp_path)
    assert "no data to clean" in refused("check", role, "--fix", tmp_path / "cleaned")


def test_the_models_tokenizer_counts_tokens(as_json, tmp_path, tiny_folder):
    role, data, *_ = project(tmp_path)
    _, printed = as_json("check", role, data, "--model", tiny_folder, "--max-length", "3")
    truncation = printed["figures"]["truncation"]
    assert truncation["estimated"] is False
    assert len(truncation["truncated_at"][0]["lines"]) == 13
