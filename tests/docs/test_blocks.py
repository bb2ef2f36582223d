import re
import shlex

import pytest
import typer

from rolewright.cli.app import app
from rolewright.conversations.questions import read_questions
from rolewright.conversations.read import read_all
from rolewright.errors import UserError
from rolewright.finding import CODES
from rolewright.role.load import load_role
from rolewright.training.config import load_config
from rolewright.verifiers import registry

GROUP = typer.main.get_command(app)


def commands_in(text):
    lines = text.replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("rolewright ")]


def parse(arguments):
    name, *rest = arguments
    GROUP.commands[name].make_context(name, rest)


def table_rows(text, heading):
    """The rows of the first table after a line, as (code in the first cell, second cell)."""
    table = text.split(heading)[1].split("| --- | --- |\n")[1].split("\n\n")[0]
    cells = [re.split(r"(?<!\\)\|", line)[1:3] for line in table.splitlines()]
    return [[cell.strip().strip("`").replace("\\|", "|") for cell in row] for row in cells]


def test_role_files_load(role_block, tmp_path):
    file = tmp_path / "role.yaml"
    file.write_text(role_block.text, "utf-8")
    assert load_role(file).name


def test_a_verifier_of_ones_own_judges(blocks, tmp_path):
    (role,) = [block for block in blocks("role-file.md") if block.kind == "own"]
    (code,) = [
        block
        for block in blocks("verifiers.md")
        if block.language == "python" and "@verifier" in block.text
    ]
    (tmp_path / "role.yaml").write_text(role.text, "utf-8")
    (tmp_path / "my_verifiers.py").write_text(code.text, "utf-8")
    (rule,) = load_role(tmp_path / "role.yaml").rules
    assert rule.check("好，好，好。", None).passed
    assert not rule.check("一，二，三，四，五。", None).passed


def test_configurations_load(config_block, tmp_path):
    file = tmp_path / "training.yaml"
    file.write_text(config_block.text, "utf-8")
    assert load_config(file, []) != load_config(None, [])


def test_a_faulty_role_file_is_refused_in_the_words_shown(blocks, rolewright, tmp_path):
    of_page = blocks("role-file.md")
    (index,) = [i for i, block in enumerate(of_page) if block.kind == "faulty"]
    (tmp_path / "role.yaml").write_text(of_page[index].text, "utf-8")
    code, out, err = rolewright("check", "role.yaml")
    assert (code, out) == (2, "")
    assert err == of_page[index + 1].text


def test_rows_are_read(rows_block, tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text(rows_block.text, "utf-8")
    if rows_block.kind == "questions":
        read = read_questions([file])
    else:
        assert rows_block.kind in {"", "prompts"}
        read = read_all([file], answered=rows_block.kind == "").conversations
    assert len(read) == len(rows_block.text.splitlines())


@pytest.mark.parametrize(
    ("heading", "read"),
    [
        ("\n## Faults of a row\n", lambda file: read_all([file])),
        ("\nOf graded questions:\n", lambda file: read_questions([file])),
    ],
    ids=["row", "question"],
)
def test_faulty_rows_are_reported_in_the_words_shown(docs, tmp_path, heading, read):
    text = (docs / "data.md").read_text("utf-8")
    rows = table_rows(text, heading)
    assert len(rows) >= 7
    file = tmp_path / "rows.jsonl"
    for row, reported in rows:
        file.write_text(row + "\n", "utf-8")
        with pytest.raises(UserError) as error:
            read(file)
        assert error.value.faults[0].found.startswith(reported), row


def test_commands_parse(bash_block):
    lines = bash_block.text.splitlines()
    assert all(re.match(r"(rolewright|python|vllm|  --)", line) for line in lines)
    for arguments in commands_in(bash_block.text):
        parse(arguments)


def test_a_command_that_does_not_exist_is_noticed():
    with pytest.raises(typer.TyperException):
        parse(["train", "role.yaml", "data.jsonl", "--model", "m", "--out", "b", "--epochs", "1"])
    with pytest.raises(typer.TyperException):
        parse(["train", "role.yaml", "data.jsonl", "--out", "b"])


def test_python_runs(python_block, project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    monkeypatch.setattr(registry, "_VERIFIERS", dict(registry._VERIFIERS))
    exec(compile(python_block.text, str(python_block), "exec"), {"__name__": "example"})
    if python_block.section == "Without Rolewright":
        assert capsys.readouterr().out.strip()


def test_every_code_has_a_section_and_no_section_is_stale(docs):
    text = (docs / "findings.md").read_text("utf-8")
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == list(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_finding_is_reported_in_the_words_shown(
    code, blocks, docs, rolewright, tmp_path, thinking_folder, request
):
    page = (docs / "findings.md").read_text("utf-8")
    section = page.split(f"\n## {code}\n")[1].split("\n## ")[0]
    assert f"Severity: {CODES[code][0]}." in " ".join(section.split())
    of_page = blocks("findings.md")
    role = of_page[0].text
    arguments = ["check", "role.yaml"]
    for block in [block for block in of_page if block.section == code]:
        if block.language == "yaml":
            role = block.text
        elif block.language == "jsonl":
            name = "eval.jsonl" if block.kind == "eval" else "train.jsonl"
            rows = block.text
            if block.kind == "forty":
                rows = "".join(rows.replace("{n}", str(n)) for n in range(1, 41))
            (tmp_path / name).write_text(rows, "utf-8")
            arguments += ["--eval", name] if block.kind == "eval" else [name]
        else:
            expected = block.text
        if block.kind.startswith("--"):
            options = block.kind.replace("MODEL", str(thinking_folder))
            if "URL" in options:
                judge = request.getfixturevalue("judge_endpoint")
                judge.reports, judge.reason = "Qwen3-32B", "One word is no warm answer."
                options = options.replace("URL", judge.url)
            arguments += options.split()
    (tmp_path / "role.yaml").write_text(role, "utf-8")
    exit_code, out, _ = rolewright(*arguments)
    assert exit_code == (CODES[code][0] == "error")
    assert f" {code} " in expected
    assert expected in out
