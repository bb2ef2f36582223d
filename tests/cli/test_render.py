import json

import pytest


@pytest.fixture
def arguments(project, tiny_folder):
    return ["render", project / "role.yaml", project / "train.jsonl", "--model", tiny_folder]


@pytest.fixture
def rendered(rolewright, arguments):
    """The objects that ``render --json`` prints."""

    def render(*further):
        code, out, err = rolewright(*arguments, "--json", *further)
        assert (code, err) == (0, "")
        return [json.loads(line) for line in out.splitlines()]

    return render


def test_one_object_a_conversation(rendered, tiny_tokenizer):
    examples = rendered()
    assert [example["id"] for example in examples] == [f"train.jsonl:{n}" for n in range(1, 9)]
    first = examples[0]
    assert {"id", "system", "input_ids", "labels", "tokens", "truncated"} <= set(first)
    assert first["system"] == "You are Atlas, a geography assistant."
    assert first["truncated"] is False
    ids, labels = first["input_ids"], first["labels"]
    assert len(ids) == len(labels) == len(first["tokens"])
    trained = [id_ for id_, label in zip(ids, labels, strict=True) if label != -100]
    assert [label for label in labels if label != -100] == trained
    assert tiny_tokenizer.decode(trained) == "Paris France<|im_end|>"
    assert tiny_tokenizer.decode(ids) == "".join(first["tokens"])


def test_number_of_examples(rendered):
    assert len(rendered("-n", 2)) == 2


@pytest.mark.parametrize(("line", "system"), [("", None), ('system: ""\n', "")])
def test_absent_and_empty_system(rendered, project, line, system):
    (project / "role.yaml").write_text(f"name: x\n{line}", "utf-8")
    (example,) = rendered("-n", 1)
    assert example["system"] == system
    assert ("system" in "".join(example["tokens"])) == (system == "")


def test_truncated(rendered, rolewright, arguments):
    code, out, err = rolewright(*arguments, "--json", "--set", "max_length_tokens=3", "-n", 1)
    assert code == 0
    assert "not even the first exchange fits" in err
    (example,) = [json.loads(line) for line in out.splitlines()]
    assert (example["input_ids"], example["truncated"]) == ([], True)


def test_for_people(rolewright, arguments):
    code, out, err = rolewright(*arguments)
    assert (code, err) == (0, "")
    assert out.count("trained (green)") == 3
    assert "trained: 'Paris France<|im_end|>'" in out


def test_skipped_rows_are_counted(rendered, rolewright, arguments, project):
    data = project / "train.jsonl"
    data.write_text(data.read_text("utf-8") + "not json\n[1]\n", "utf-8")
    code, out, _ = rolewright(*arguments, "--json")
    assert code == 2
    assert [error["place"]["line"] for error in json.loads(out)["errors"]] == [9, 10]
    code, out, err = rolewright(*arguments, "--json", "--skip-bad")
    assert code == 0
    assert len(out.splitlines()) == 8
    assert "2 bad rows skipped, 8 conversations left" in err


def test_model_that_is_none(refused, project, tmp_path, tiny_folder):
    command = ["render", project / "role.yaml", project / "train.jsonl", "--model"]
    assert "there is no such folder" in refused(*command, tmp_path / "没有 model")
    assert "this is a file, not a folder" in refused(*command, project / "role.yaml")
    assert "no config.json" in refused(*command, project)
    assert "builtin:" in refused(*command, "builtin:nosuch")


def test_characters_of_several_tokens_are_shown_whole(rolewright, project, tiny_folder):
    data = project / "zh.jsonl"
    data.write_text('{"instruction": "问", "output": "蘑菇🍄"}\n', "utf-8")
    _, out, _ = rolewright("render", project / "role.yaml", data, "--model", tiny_folder)
    assert "trained: '蘑菇🍄<|im_end|>'" in out
