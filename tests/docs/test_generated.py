import importlib.util
import subprocess
import sys

import pytest

from rolewright.cli.app import app
from rolewright.confidence.calibrators import FIT
from rolewright.confidence.metrics import MEASURES
from rolewright.confidence.scores import SOFTMAX_SCORES as SCORES
from rolewright.conversations.questions import Match
from rolewright.training.config import TrainingConfig
from rolewright.verifiers import find_verifier, verifier_names
from rolewright.verifiers.segmentation import _CUTTERS, units_of


@pytest.fixture
def generate(docs):
    spec = importlib.util.spec_from_file_location("docs_generate", docs / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def own_names():
    return [
        name
        for name in verifier_names()
        if find_verifier(name).function.__module__.startswith("rolewright.")
    ]


def test_generated_parts_are_fresh(docs):
    command = [sys.executable, str(docs / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run `python docs/generate.py`\n{done.stdout}{done.stderr}"


def test_stale_parts_are_noticed_and_hand_written_text_is_kept(generate, tmp_path, monkeypatch):
    fresh = {page: generate.render_page(page) for page in generate.PAGES}
    for page, text in fresh.items():
        (tmp_path / page).write_text(
            "By hand.\n" + text.replace("Check that", "Hope that"), "utf-8"
        )
    stale = tmp_path / "training.md"
    stale.write_text(stale.read_text("utf-8").replace("| `seed` |", "| `sed` |"), "utf-8")
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    assert generate.main() == 1
    assert "| `sed` |" in stale.read_text("utf-8")
    monkeypatch.setattr(sys, "argv", ["generate.py"])
    assert generate.main() == 0
    assert stale.read_text("utf-8") == "By hand.\n" + fresh["training.md"]


def test_a_page_without_its_marker_is_refused(generate, tmp_path, monkeypatch):
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    (tmp_path / "command-line.md").write_text("# Command line\n", "utf-8")
    with pytest.raises(ValueError, match="not exactly one part"):
        generate.render_page("command-line.md")


@pytest.mark.parametrize("name", own_names())
def test_every_verifier_has_a_row_and_a_section(docs, name):
    text = (docs / "verifiers.md").read_text("utf-8")
    anchor = name.replace(":", "")
    assert f"| [`{name}`](#{anchor}) |" in text
    section = text.split(f"\n### {name}\n")[1].split("\n### ")[0]
    assert find_verifier(name).summary in section
    for parameter in find_verifier(name).parameters.model_fields:
        assert f"- `{parameter}` (" in section


@pytest.mark.parametrize("unit", list(_CUTTERS))
def test_the_table_of_units_counts_as_the_code_does(docs, unit):
    lines = (docs / "verifiers.md").read_text("utf-8").splitlines()
    (head,) = [line for line in lines if line.startswith("| unit |")]
    (row,) = [line for line in lines if line.startswith(f"| `{unit}` |")]
    example = head.split("|")[3].strip()
    assert int(row.split("|")[3]) == len(units_of(example, unit))


@pytest.mark.parametrize("command", [info.name for info in app.registered_commands])
def test_every_command_has_a_section(docs, command):
    text = (docs / "command-line.md").read_text("utf-8")
    assert f"\n## {command}\n\n```text\nUsage: rolewright {command} " in text


def test_every_setting_score_and_match_is_described(docs):
    training = (docs / "training.md").read_text("utf-8")
    for name, field in TrainingConfig.model_fields.items():
        nested = getattr(field.annotation, "model_fields", None)
        for key in [f"{name}.{inner}" for inner in nested] if nested else [name]:
            assert f"\n| `{key}` |" in training
    confidence = (docs / "confidence.md").read_text("utf-8")
    for name in (*SCORES, *Match.__args__):
        assert f"\n| `{name}` |" in confidence
    for name in FIT:
        assert f"\n- `{name}`: " in confidence
    assert all(f"`{name}`" in confidence for name in MEASURES)
