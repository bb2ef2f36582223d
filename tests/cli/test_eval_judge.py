"""Rules that no code decides: neutral without a judge, counted once a judge agrees with people."""

import json

import pytest
from chat_endpoint import completion

RULES = """\
- {id: warm, check: judged, criterion: The answer is warm.}
- {id: clear, check: judged, criterion: The answer is clear.}
"""


@pytest.fixture
def role(project):
    path = project / "role.yaml"
    path.write_text(path.read_text("utf-8") + RULES, "utf-8")
    return path


@pytest.fixture
def command(chat_endpoint, role):
    return ("eval", "--endpoint", chat_endpoint.url, "--api-model", "m", "--role", role)


@pytest.fixture
def judged(command, judge_endpoint, project):
    """The command with a judge that finds answers about France warm, and labels that agree."""
    judge_endpoint.decide = lambda asked: "France" in asked.split("<answer>")[1]
    rows = [
        {
            "rule": "warm",
            "messages": [{"role": "user", "content": "Hi"}],
            "response": f"{place} {number}",
            "kept": place == "France",
        }
        for place in ("France", "Peru")
        for number in range(10)
    ]
    labels = project / "labels.jsonl"
    labels.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    judge = ("--judge", judge_endpoint.url, "--judge-model", "judge")
    return (*command, *judge, "--judge-labels", labels)


def rules_of(printed, arm="base+role"):
    return {rule["id"]: rule for rule in printed["arms"][arm]["rules"]}


def test_without_a_judge_a_judged_rule_is_neither_kept_nor_broken(rolewright, command, tmp_path):
    out = tmp_path / "out"
    code, shown, err = rolewright(*command, "--out", out)
    printed = json.loads((out / "results.json").read_text("utf-8"))
    assert code == 0
    assert "not judged, and in no figure: warm, clear" in err
    assert "not judged: warm, clear" in shown
    assert printed["reason"].endswith("Not judged: warm, clear.")
    for arm in printed["arms"].values():
        assert [rule["check"] for rule in arm["rules"]][2:] == ["judged", "judged"]
        assert [rule["total"] for rule in arm["rules"]] == [2, 2, 0, 0]
        assert arm["rules"][2]["rate"] is None
        assert arm["csr"] == arm["isr"] == 1
    assert printed["judge"]["judge"] is None
    assert [rule["state"] for rule in printed["judge"]["rules"]] == ["not judged"] * 2


def test_a_judge_that_agrees_with_people_counts(rolewright, judged, judge_endpoint, tmp_path):
    out = tmp_path / "out"
    code, shown, err = rolewright(*judged, "--out", out)
    printed = json.loads((out / "results.json").read_text("utf-8"))
    assert "judge: judge-1 (asked for as judge), 4 of 4 controls right" in err
    assert "20 labels of people: 100 or more" in err
    warm, clear = printed["judge"]["rules"]
    assert (warm["state"], clear["state"]) == ("counted", "not counted")
    assert warm["agreement"]["kappa"] == pytest.approx(1)
    assert clear["reason"] == "no labels of people to compare the judge with"
    assert rules_of(printed)["warm"]["rate"] == 0.5
    assert rules_of(printed)["clear"]["total"] == 0
    assert clear["arms"]["base"]["rate"] == 0.5  # told, though it does not count
    arm = printed["arms"]["base+role"]
    assert (arm["isr"], arm["csr"]) == (0.5, pytest.approx(5 / 6))
    assert "Judged by a model: warm (kappa 1.00 (" in printed["reason"]
    assert "Judged, not counted: clear (no labels of people" in printed["reason"]
    judge = printed["judge"]["judge"]
    assert (judge["reported_model"], judge["temperature"], judge["seed"]) == ("judge-1", 0, 0)
    run = json.loads((out / "run.json").read_text("utf-8"))
    assert run["judge"]["reported_model"] == "judge-1"
    assert run["judge"]["prompt"] == judge["prompt"]
    assert printed["judge"]["order"]["rate"] == 0
    assert "judged by judge-1" in shown
    assert "judge-1: I say" in (out / "report.html").read_text("utf-8")
    assert code == 0
    # The judge is told neither the arm nor the system message.
    assert len(judge_endpoint.asked) == 2 * (20 + 2 * 2 * 2)
    assert not any("geography assistant" in asked for asked in judge_endpoint.asked)


@pytest.mark.parametrize(
    ("decide", "gullible", "said"),
    [
        (lambda asked: True, False, "kappa undefined"),
        (lambda asked: "A", False, "kappa undefined"),
        (lambda asked: "1" in asked.split("<answer>")[1], False, "at least 0.6"),
        (None, True, "the judge got 2 of 4 controls right"),
    ],
)
def test_a_judge_that_does_not_agree_does_not_count(
    as_json, judged, judge_endpoint, decide, gullible, said
):
    judge_endpoint.decide = decide or judge_endpoint.decide
    judge_endpoint.gullible = gullible
    _, printed = as_json(*judged)
    warm = printed["judge"]["rules"][0]
    assert warm["state"] == "not counted"
    assert said in warm["reason"]
    assert said in printed["reason"]
    assert rules_of(printed)["warm"]["total"] == 0
    assert printed["arms"]["base"]["isr"] == 1


def test_a_judge_that_no_one_can_read_changes_nothing(
    rolewright, judged, judge_endpoint, monkeypatch, tmp_path
):
    said = "The answer meets the criterion."  # what a small model says, whatever it is asked
    monkeypatch.setattr(
        judge_endpoint, "respond", lambda path, body: (200, completion(said, "judge"))
    )
    out = tmp_path / "out"
    code, _, err = rolewright(*judged, "--out", out)
    assert code == 0
    assert "judge: judge, 0 of 4 controls right, 8 of 8 replies unreadable" in err
    assert f"a reply without the JSON object that was asked for: {said!r}" in err
    assert "what it says is shown, but counts for nothing" in err
    printed = json.loads((out / "results.json").read_text("utf-8"))
    assert [rule["state"] for rule in printed["judge"]["rules"]] == ["not counted"] * 2
    assert printed["arms"]["base+role"]["isr"] == 1
    assert "the judge got 0 of 4 controls right, 8 of 8 replies unreadable" in printed["reason"]


def test_undecided_answers_are_counted_apart(as_json, judged, judge_endpoint):
    decide = judge_endpoint.decide
    judge_endpoint.decide = lambda asked: "A" if "Peru?!" in asked else decide(asked)
    _, printed = as_json(*judged)
    base = printed["judge"]["rules"][0]["arms"]["base"]
    assert (base["passed"], base["total"], base["undecided"]) == (1, 1, 1)
    assert rules_of(printed)["warm"]["total"] == 1
    assert printed["arms"]["base"]["isr"] == 1
    assert printed["judge"]["order"]["first"] == 4


def test_a_killed_run_asks_nothing_twice(refused, as_json, judged, judge_endpoint, tmp_path):
    out = tmp_path / "out"
    _, whole = as_json(*judged)
    judge_endpoint.requests.clear()
    judge_endpoint.breaks_after = 30
    assert "out of service" in refused(*judged, "--out", out, "--concurrency", 1)
    log = out / "judge.jsonl"
    decided = len(log.read_text("utf-8").splitlines())
    assert decided >= 14
    with log.open("a") as file:
        file.write('{"half')
    judge_endpoint.requests.clear()
    judge_endpoint.breaks_after = None
    judge_endpoint.reports = "judge-2"
    assert "had another judge" in refused(*judged, "--out", out)
    judge_endpoint.reports = "judge-1"
    judge_endpoint.requests.clear()
    _, printed = as_json(*judged, "--out", out)
    assert printed == whole
    assert len(judge_endpoint.asked) == 2 * (28 - decided)
    assert len(log.read_text("utf-8").splitlines()) == 28


def test_all_suites_are_judged(as_json, judged, chat_endpoint):
    _, printed = as_json(*judged, "--suites", "consistency,leakage", "--quick")
    powers = printed["suites"]["consistency"]["base+role"]["pass_power"]
    assert powers["1"]["rate"] == 0.5


def test_options_that_do_not_fit(refused, command, judged, judge_endpoint, project, tmp_path):
    url = ("--judge", judge_endpoint.url)
    assert "--judge-model: missing" in refused(*command, *url)
    assert "without --judge" in refused(*command, "--judge-model", "judge")
    assert "without --judge" in refused(*command, "--judge-labels", tmp_path / "x")
    assert "no such model" in refused(*command, *url, "--judge-model", "other")
    role = project / "role.yaml"
    role.write_text(role.read_text("utf-8").replace(RULES, ""), "utf-8")
    assert "check: judged" in refused(*command, *url, "--judge-model", "judge")


def test_judged_rules_alone_are_not_evaluated(refused, command, project):
    role = project / "role.yaml"
    role.write_text(f"name: x\nrules:\n{RULES}", "utf-8")
    assert "the role has no rules that code decides" in refused(*command)
