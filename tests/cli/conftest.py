import json
import shutil

import pytest

from rolewright.cli.app import run

ROLE = """\
name: Atlas
system: You are Atlas, a geography assistant.
scenarios:
- id: capital
  examples: ["What is the capital of France?", "What is the capital of Peru?"]
rules:
- {id: short, check: max_length, unit: words, max: 30}
- {id: no-emoji, check: no_emoji}
"""
COUNTRIES = ("France", "Japan", "Peru", "Kenya", "Italy", "Spain", "China", "Chile")


def rows():
    return [
        {
            "scenario": "capital",
            "messages": [
                {"role": "user", "content": f"What is the capital of {country}?"},
                {"role": "assistant", "content": f"Paris {country}"},
            ],
        }
        for country in COUNTRIES
    ]


def write_project(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "role.yaml").write_text(ROLE, "utf-8")
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()), "utf-8")
    return folder


@pytest.fixture
def project(tmp_path):
    """A role file and a few rows, under a path with a space and Chinese characters."""
    return write_project(tmp_path / "my role 角色")


@pytest.fixture
def rolewright(capsys):
    """Run a command: its exit code, stdout and stderr. Never a traceback, save for a bug."""

    def command(*arguments):
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err or code == 101, captured.err
        return code, captured.out, captured.err

    return command


@pytest.fixture
def as_json(rolewright):
    """Run a command with --json: its exit code and the one object that it prints."""

    def command(*arguments):
        code, out, _ = rolewright(*arguments, "--json")
        (line,) = out.splitlines()
        return code, json.loads(line)

    return command


@pytest.fixture
def refused(rolewright):
    """Run a command that has to be refused: what it says on stderr, nothing being on stdout."""

    def command(*arguments):
        code, out, err = rolewright(*arguments)
        assert (code, out) == (2, "")
        return err

    return command


@pytest.fixture(scope="session")
def trained(tmp_path_factory, tiny_folder):
    """A bundle of the tiny model. Tests must not change it."""
    folder = write_project(tmp_path_factory.mktemp("trained"))
    bundle = folder / "bundle"
    arguments = [folder / "role.yaml", folder / "train.jsonl", "--model", tiny_folder]
    arguments += ["--out", bundle, "--set", "max_steps=2", "--set", "batch_size=2"]
    assert run(["train", *map(str, arguments)]) == 0
    return bundle


@pytest.fixture
def bundle(trained, tmp_path):
    """A copy of the tiny model's bundle."""
    return shutil.copytree(trained, tmp_path / "一个 bundle")


@pytest.fixture
def questions(project):
    """Questions of which the model answers half right, whatever it says."""
    path = project / "questions.jsonl"
    rows = [
        {
            "messages": [{"role": "user", "content": f"Question {number}?"}],
            "answers": ["(?s).*" if number % 2 else "(?!)"],
            "match": "regex",
        }
        for number in range(20)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def prompts(project):
    """Held-out prompts, one of another role."""
    rows = [
        {"scenario": "capital", "messages": [{"role": "user", "content": f"Capital {n}?"}]}
        for n in range(3)
    ]
    rows.append({"system": "Be a pirate.", "messages": rows[0]["messages"]})
    path = project / "eval.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def asked(tmp_path):
    """A graded question that is none of the role's."""
    path = tmp_path / "questions.jsonl"
    row = {"messages": [{"role": "user", "content": "2 + 2?"}], "answers": ["4"]}
    path.write_text(json.dumps(row) + "\n", "utf-8")
    return path
