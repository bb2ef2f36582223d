import json

import pytest


@pytest.fixture
def run(rolewright, chat_endpoint, project, tmp_path):
    """Evaluate a model that keeps the role on so many of twenty prompts."""
    prompts = project / "eval.jsonl"
    rows = [{"messages": [{"role": "user", "content": f"Capital {n}?"}]} for n in range(20)]
    prompts.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    echo = chat_endpoint.respond

    def evaluate(name, keeps, *options):
        def respond(path, body):
            status, answer = echo(path, body)
            asked = body["messages"][-1]["content"]
            if int(asked.split()[1].rstrip("?")) >= keeps:
                answer["choices"][0]["message"]["content"] = "☺😀"
            return status, answer

        chat_endpoint.respond = respond
        command = ["eval", "--endpoint", chat_endpoint.url, "--api-model", "m"]
        command += ["--role", project / "role.yaml", "--data", prompts, "--out", tmp_path / name]
        code, _, err = rolewright(*command, *options)
        assert code == 0, err
        return tmp_path / name

    return evaluate


def test_a_worse_run_ends_with_1(rolewright, as_json, run):
    better, worse = run("a", 20), run("乙", 8)
    code, printed = as_json("compare", better, worse)
    assert (code, printed["schema"]) == (1, "rolewright.compare/1")
    assert printed["verdict"] == "worse"
    [suite] = printed["suites"]
    assert (suite["arm_a"], suite["arm_b"], suite["pairs"]) == ("base+role", "base+role", 20)
    assert [rule["change"] for rule in suite["rules"]] == ["not distinguishable", "worse"]
    code, printed = as_json("compare", worse, better)
    assert (code, printed["verdict"]) == (0, "better")


def test_what_is_shown(rolewright, run):
    code, out, err = rolewright("compare", run("a", 20), run("b", 19, "--max-new-tokens", 9))
    assert code == 0
    assert "adherence: 20 answers of both" in out
    assert "no-emoji" in out
    assert "not distinguishable. A and B are not distinguishable: adherence 95% against 100%" in out
    assert err == "max_new_tokens differs: 256 in A, 9 in B\n"


def test_an_unfinished_run_is_compared_and_left_to_go_on(rolewright, as_json, run):
    whole, broken = run("a", 20), run("b", 20)
    (broken / "results.json").unlink()
    log = broken / "log.jsonl"
    lines = log.read_text("utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[:-5]) + lines[-5][:9], "utf-8")
    before = log.read_bytes()
    code, out, err = rolewright("compare", whole, broken, "--json")
    printed = json.loads(out)
    assert code == 0
    assert "b is unfinished" in err
    assert (printed["a"]["finished"], printed["b"]["finished"]) == (True, False)
    assert (printed["suites"][0]["pairs"], printed["suites"][0]["left_out"]) == (15, 5)
    assert log.read_bytes() == before


def test_an_arm(as_json, refused, run):
    first, second = run("a", 20), run("b", 20)
    _, printed = as_json("compare", first, second, "--arm", "base")
    assert printed["suites"][0]["arm_b"] == "base"
    assert "in the arm 'tuned+role'" in refused("compare", first, second, "--arm", "tuned+role")


def test_a_rule_that_changed_is_left_out(rolewright, run, project):
    first, role = run("a", 20), project / "role.yaml"
    role.write_text(role.read_text("utf-8").replace("max: 30", "max: 20"), "utf-8")
    code, out, err = rolewright("compare", first, run("b", 20))
    assert code == 0
    assert "do not have the same: the rule 'short'" in err
    assert "short" not in out


def test_what_is_no_run(refused, run, tmp_path):
    assert "no evaluation lies here" in refused("compare", run("a", 20), tmp_path)
