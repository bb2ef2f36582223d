"""Half of the checks run in another process; what they find must not depend on it."""

import json

import pytest

from rolewright.conversations.read import read_conversations
from rolewright.dataset import second_process
from rolewright.dataset.check import check_data
from rolewright.dataset.checks import data_checks, divide
from rolewright.errors import UserError
from rolewright.role.load import load_role

ROLE = """\
name: Clerk
system: Be brief.
verifiers: [own.py]
rules:
- {id: brief, check: max_length, unit: words, max: 3}
- {id: own, check: own_rule}
"""
OWN = """\
from rolewright.verifiers import Verdict, verifier

@verifier("own_rule")
def own_rule(text, conversation):
    \"\"\"Check nothing.\"\"\"
    if text == "stop":
        raise ValueError("stopped")
    return Verdict(True, "fine")
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "role.yaml").write_text(ROLE, "utf-8")
    (tmp_path / "own.py").write_text(OWN, "utf-8")
    return tmp_path


def found_in(project, answers, *, rows_worth_a_process, monkeypatch):
    monkeypatch.setattr(second_process, "_ROWS_WORTH_A_PROCESS", rows_worth_a_process)
    monkeypatch.setattr(second_process, "ROWS_AT_ONCE", 3)
    rows = [
        {"messages": [{"role": "user", "content": f"第{n}个"}, {"role": "assistant", "content": a}]}
        for n, a in enumerate(answers)
    ]
    data = project / "train.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    role = load_role(project / "role.yaml")
    first, second = divide(role, data_checks(role))
    findings = list(check_data(role, read_conversations([data]), {**first, "second": second}))
    return findings, second.figures()


def test_another_process_finds_the_same(project, monkeypatch):
    answers = ["one two three four" if number % 4 == 0 else f"{number}" for number in range(22)]
    here = found_in(project, answers, rows_worth_a_process=23, monkeypatch=monkeypatch)
    apart = found_in(project, answers, rows_worth_a_process=5, monkeypatch=monkeypatch)
    assert here == apart
    findings, figures = apart
    assert "RW201" in {finding.code for finding in findings}
    assert figures["compliance"]["rules"][0]["kept"] == 16


def test_a_mistake_in_a_verifier_is_the_users(project, monkeypatch):
    answers = ["fine"] * 8 + ["stop"] + ["fine"] * 40
    with pytest.raises(UserError, match="stopped"):
        found_in(project, answers, rows_worth_a_process=5, monkeypatch=monkeypatch)


def test_a_killed_process_is_no_clean_check(project, monkeypatch):
    answers = ["fine"] * 30
    begin = second_process.SecondProcess._begin

    def begin_and_kill(self):
        begin(self)
        self._process.kill()
        self._process.join()

    monkeypatch.setattr(second_process.SecondProcess, "_begin", begin_and_kill)
    with pytest.raises(RuntimeError, match="second process"):
        found_in(project, answers, rows_worth_a_process=5, monkeypatch=monkeypatch)
