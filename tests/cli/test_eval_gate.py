"""What ``rolewright eval`` tells a build: thresholds, JUnit XML, advice, power."""

import json
from xml.etree import ElementTree

import pytest

LIMIT = ("--max-new-tokens", 4)


@pytest.fixture
def command(chat_endpoint, project):
    """Answers repeat the question, so that they keep both rules."""
    start = ("eval", "--endpoint", chat_endpoint.url, "--api-model", "m")
    return (*start, "--role", project / "role.yaml")


def test_shares_that_are_reached(as_json, command):
    code, printed = as_json(*command, "--fail-under", "100%", "--fail-under", "short=1")
    assert code == 0
    assert [(each["rule"], each["reached"]) for each in printed["thresholds"]] == [
        (None, True),
        ("short", True),
    ]


def test_a_share_that_is_not_reached(rolewright, as_json, command, project):
    role = project / "role.yaml"
    role.write_text(role.read_text("utf-8").replace("max: 30", "max: 3"), "utf-8")
    code, printed = as_json(*command, "--fail-under", "no-emoji=1", "--fail-under", "0.5")
    assert code == 1
    assert printed["verdict"] == "base model only"
    assert [each["reached"] for each in printed["thresholds"]] == [True, False]
    code, out, _ = rolewright(*command, "--fail-under", "0.5")
    assert code == 1
    assert "fails: adherence: 0.0% of 2 answers, at least 50.0% is asked for" in out


def test_shares_of_nothing_are_refused_before_anything_runs(refused, command, chat_endpoint):
    assert "'shrt' is no rule" in refused(*command, "--fail-under", "shrt=0.9")
    assert "no suite that runs" in refused(*command, "--fail-under", "stability=0.9")
    assert "a share from 0 to 1" in refused(*command, "--fail-under", "2")
    assert chat_endpoint.requests == []


def test_junit(as_json, command, tmp_path, chat_endpoint, refused):
    file = tmp_path / "报告 junit.xml"
    code, printed = as_json(*command, "--junit", file, "--suites", "leakage", "--fail-under", "1")
    assert code == 0
    root = ElementTree.parse(file).getroot()
    assert [suite.get("name") for suite in root] == ["verdict", "adherence", "leakage"]
    assert root.get("failures") == "0"
    assert printed["thresholds"][0]["reached"]
    chat_endpoint.requests.clear()
    assert "there is something of this name" in refused(*command, "--junit", file)
    assert "there is no such folder" in refused(*command, "--junit", tmp_path / "no" / "x.xml")
    assert chat_endpoint.requests == []


@pytest.fixture
def prompts(project):
    path = project / "eval.jsonl"
    rows = [
        {"scenario": "capital", "messages": [{"role": "user", "content": f"Capital {n}?"}]}
        for n in range(7)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_a_bundle(rolewright, trained, project, prompts, tmp_path):
    """What is told before the run and behind it, where a rule is broken by every answer."""
    role = project / "role.yaml"
    rule = "- {id: says-so, check: opens_with, phrases: [Verily]}"
    role.write_text(f"{role.read_text('utf-8')}{rule}\n", "utf-8")
    file = tmp_path / "junit.xml"
    code, out, err = rolewright(
        "eval", trained, "--role", role, "--data", prompts, "--junit", file, *LIMIT
    )
    assert code == 1
    assert "7 prompts show a difference of 88 points by training with 80% power" in err
    assert "by training, Holm's p" in out
    assert "to do: 7 of 7 answers in the scenario 'capital' break the rule 'says-so'" in out
    failures = ElementTree.parse(file).getroot().findall("testsuite/testcase/failure")
    assert [failure.get("message")[:14] for failure in failures] == ["All rules kept"]
