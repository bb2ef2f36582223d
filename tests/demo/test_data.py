import re

from rolewright.conversations.questions import read_questions
from rolewright.conversations.read import read_all
from rolewright.dataset.check import check_data
from rolewright.dataset.checks import data_checks
from rolewright.demo.data import SHOWN_QUESTIONS, build_demo_data, role_source
from rolewright.role.lint import lint_role
from rolewright.role.load import load_role

OTHERS = {"off-topic", "identity"}


def countries(rows):
    """The countries that questions of the form "… the capital of X?" name."""
    texts = [row["messages"][0]["content"] for row in rows if row["scenario"] not in OTHERS]
    found = [re.search(r"(?:capital|continent|currency) of (.+)[.?]$", text) for text in texts]
    return {match[1] for match in found if match}


def test_the_demo_passes_its_own_checks(tmp_path, write_rows):
    role_file = tmp_path / "role.yaml"
    role_file.write_text(role_source(), "utf-8")
    role = load_role(role_file)
    data = build_demo_data()
    training = read_all([write_rows("train.jsonl", data.training)]).conversations
    evaluation = read_all([write_rows("eval.jsonl", data.evaluation)], answered=False).conversations
    findings = [*lint_role(role), *check_data(role, training, data_checks(role, evaluation))]
    assert [finding for finding in findings if finding.severity != "info"] == []
    assert len(read_questions([write_rows("qa.jsonl", data.questions)])) == len(data.questions)


def test_no_country_stands_in_two_parts():
    data = build_demo_data()
    parts = [countries(rows) for rows in (data.training, data.evaluation, data.questions)]
    assert all(len(part) > 8 for part in parts)
    assert parts[0].isdisjoint(parts[1])
    assert parts[0].isdisjoint(parts[2])
    assert parts[1].isdisjoint(parts[2])


def test_the_questions_shown_at_the_end_stand_nowhere_in_the_data():
    data = build_demo_data()
    asked = {
        row["messages"][0]["content"] for row in data.training + data.evaluation + data.questions
    }
    assert asked.isdisjoint(SHOWN_QUESTIONS)


def test_the_data_follows_the_seed():
    assert build_demo_data() == build_demo_data()
    assert build_demo_data(seed=1) != build_demo_data()
