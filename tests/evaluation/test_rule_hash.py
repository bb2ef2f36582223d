import pytest

from rolewright.evaluation.rule_hash import hash_rules
from rolewright.role.load import load_role

ROLE = """\
name: Atlas
system: Answer with the name only.
rules:
  - {id: short, check: max_length, unit: words, max: 2, scenarios: [capital, other]}
  - {id: one-line, check: single_line}
scenarios: [{id: capital}, {id: other}]
"""
OWN = """\
from rolewright.verifiers import Verdict, verifier


@verifier("few_letters")
def few_letters(text, conversation, *, most: int) -> Verdict:
    return Verdict(len(text) <= most, "")
"""


@pytest.fixture
def hashes(tmp_path):
    def of(text, own=OWN):
        (tmp_path / "own.py").write_text(own, "utf-8")
        (tmp_path / "role.yaml").write_text(text, "utf-8")
        return hash_rules(load_role(tmp_path / "role.yaml"))

    return of


def test_what_is_said_otherwise_is_the_same_rule(hashes):
    other = ROLE.replace("name: Atlas", "name: Globe  # a comment").replace("only.", "alone.")
    other = other.replace("[capital, other]", "[other, capital]")
    assert hashes(ROLE) == hashes(other)


@pytest.mark.parametrize(
    ("old", "new"), [("max: 2", "max: 3"), ("unit: words", "unit: han"), (", other]}", "]}")]
)
def test_what_demands_something_else_is_another_rule(hashes, old, new):
    before, after = hashes(ROLE), hashes(ROLE.replace(old, new))
    assert before["short"] != after["short"]
    assert before["one-line"] == after["one-line"]


def test_code_of_the_roles_own_is_part_of_its_rules(hashes):
    text = ROLE + "verifiers: [own.py]\n"
    text = text.replace(
        "scenarios: [{", "  - {id: few, check: few_letters, most: 3}\nscenarios: [{"
    )
    before, after = hashes(text), hashes(text, OWN.replace("<=", "<"))
    assert before["few"] != after["few"]
    assert before["short"] == after["short"]
