import json

LIMIT = ("--max-new-tokens", 4)


def check_shape(printed, arms, prompts):
    assert printed["schema"] == "rolewright.eval/1"
    assert list(printed["arms"]) == arms
    for arm in printed["arms"].values():
        assert arm["prompts"] == prompts
        assert [rule["id"] for rule in arm["rules"]] == ["short", "no-emoji"]
        for rule in arm["rules"]:
            assert {"passed", "total", "rate", "low", "high"} <= set(rule)
            assert 0 <= rule["low"] <= rule["rate"] <= rule["high"] <= 1
            assert rule["total"] == prompts
        assert 0 <= arm["csr"] <= 1
        assert 0 <= arm["isr"] <= 1


def test_bundle(as_json, trained, prompts, tmp_path):
    out = tmp_path / "评测 out"
    code, printed = as_json("eval", trained, "--data", prompts, "--out", out, *LIMIT)
    # Four tokens keep both rules in every arm, so nothing is proven.
    assert code == 1
    assert printed["verdict"] == "not proven"
    check_shape(printed, ["base", "base+role", "tuned+role"], 3)
    assert {"difference", "low", "high", "p_value"} <= set(printed["paired"])
    assert {path.name for path in out.iterdir()} == {
        "log.jsonl",
        "results.json",
        "report.html",
        "run.json",
    }
    assert json.loads((out / "results.json").read_text("utf-8")) == printed


def test_prompts_left_out_are_counted(rolewright, trained, prompts):
    code, out, err = rolewright("eval", trained, "--data", prompts, *LIMIT)
    assert code == 1
    assert "1 prompts left out" in err
    assert "verdict: not proven" in out
    assert "left out" not in out


def test_rules_that_no_prompt_is_judged_by_are_named(rolewright, trained, project, prompts):
    role = project / "role.yaml"
    role.write_text(
        role.read_text("utf-8").replace(
            "rules:", "- {id: identity, examples: ['Who are you?']}\nrules:"
        )
        + "- {id: own-name, check: must_include, phrases: [Atlas], scenarios: [identity]}\n",
        "utf-8",
    )
    _, _, err = rolewright("eval", trained, "--role", role, "--data", prompts, *LIMIT)
    assert "no prompt is judged by own-name:" in err
    _, _, err = rolewright("eval", trained, "--role", role, *LIMIT)
    assert "no prompt is judged by" not in err


def test_copies_of_prompts_and_questions_are_asked_once(
    rolewright, as_json, trained, prompts, asked, tmp_path
):
    twice, again = tmp_path / "twice.jsonl", tmp_path / "again.jsonl"
    twice.write_text(2 * prompts.read_text("utf-8"), "utf-8")
    again.write_text(2 * asked.read_text("utf-8"), "utf-8")
    suites = ("--suites", "general_ability", "--quick", *LIMIT)
    _, once = as_json("eval", trained, "--data", prompts, "--questions", asked, *suites)
    command = ("eval", trained, "--data", twice, "--questions", again, *suites)
    _, printed = as_json(*command)
    for part in ("arms", "suites", "paired"):
        assert printed[part] == once[part]
    _, _, err = rolewright(*command)
    assert "prompts repeat earlier ones, which are asked once: " in err
    assert "1 questions repeat earlier ones, which are asked once: " in err


def test_base_model_on_the_examples_of_the_role(rolewright, project, tiny_folder):
    role = project / "role.yaml"
    code, out, err = rolewright("eval", tiny_folder, "--role", role, *LIMIT, "--json")
    printed = json.loads(out)
    assert err == ""
    check_shape(printed, ["base", "base+role"], 2)
    assert printed["paired"] is None
    assert code == (1 if printed["verdict"] == "not proven" else 0)


def test_base_model_needs_a_role(refused, tiny_folder):
    assert "--role" in refused("eval", tiny_folder)


def test_role_without_rules_or_prompts(refused, project, trained):
    role = project / "role.yaml"
    role.write_text("name: x\n", "utf-8")
    assert "the role has no rules" in refused("eval", trained, "--role", role)
    role.write_text("name: x\nrules:\n- {id: a, check: no_emoji}\n", "utf-8")
    assert "none of the 0 prompts" in refused("eval", trained, "--role", role)


def test_taken_output_folder(refused, trained, prompts, tmp_path):
    (tmp_path / "x").touch()
    assert "not empty" in refused("eval", trained, "--data", prompts, "--out", tmp_path)
    assert "this is a file" in refused("eval", trained, "--data", prompts, "--out", tmp_path / "x")


def test_wrong_input(refused, trained, project, tmp_path):
    role = project / "role.yaml"
    assert "found 'fr'" in refused("eval", trained, "--lang", "fr")
    assert "no such file" in refused("eval", trained, "--data", tmp_path / "nope.jsonl")
    assert "there is no such folder" in refused("eval", tmp_path / "nope", "--role", role)
    assert "this is a file" in refused("eval", role, "--role", role)
    assert "no config.json" in refused("eval", tmp_path, "--role", role)


def test_prompts_that_were_trained_on_are_told(rolewright, trained, project):
    data = project / "train.jsonl"
    code, out, err = rolewright("eval", trained, "--data", data, *LIMIT, "--json")
    assert code == 1
    assert "8 of 8 prompts were trained on" in err
    printed = json.loads(out)
    assert printed["trained_prompts"] == 8
    assert "not held out" in printed["reason"]


def test_an_undeclared_scenario_is_refused(refused, trained, project):
    data = project / "other.jsonl"
    data.write_text('{"scenario": "ticket", "instruction": "Hi", "output": "Yes"}\n')
    assert "'ticket' is not declared" in refused("eval", trained, "--data", data, *LIMIT)


def test_endpoint(as_json, chat_endpoint, project, tmp_path):
    role, out = project / "role.yaml", tmp_path / "out"
    command = ("eval", "--endpoint", chat_endpoint.url, "--api-model", "m", "--role", role)
    _, printed = as_json(*command, "--out", out)
    assert printed["target"] == "m"
    check_shape(printed, ["base", "base+role"], 2)
    records = [json.loads(line) for line in (out / "log.jsonl").read_text("utf-8").splitlines()]
    assert {record["output"] for record in records} == {
        f"{record['messages'][-1]['content']}!" for record in records
    }
    assert [record["prompt_tokens"] for record in records] == [7] * 4


def test_a_tuned_model_at_an_endpoint_is_compared_with_its_base_model(
    as_json, chat_endpoint, project, tmp_path, monkeypatch
):
    models = []

    def respond(path, body):
        models.append(body["model"])
        words = "far too many words " * 9 if body["model"] == "base" else "Paris"
        message = {"role": "assistant", "content": words}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        reply = {"id": "1", "object": "chat.completion", "model": "x", "choices": [choice]}
        return 200, reply

    monkeypatch.setattr(chat_endpoint, "respond", respond)
    asked = [{"role": "user", "content": f"{n}?"} for n in range(9)]
    rows = [{"scenario": "capital", "messages": [message]} for message in asked]
    prompts = project / "held_out.jsonl"
    prompts.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    command = ["eval", "--endpoint", chat_endpoint.url, "--api-model", "tuned"]
    command += ["--role", project / "role.yaml", "--data", prompts, "--base-api-model", "base"]
    code, printed = as_json(*command, "--suites", "over_role", "--out", tmp_path / "out")
    assert (code, printed["verdict"], printed["target"]) == (0, "took hold", "tuned")
    assert list(printed["arms"]) == ["base", "base+role", "tuned+role"]
    assert list(printed["suites"]["over_role"]["arms"]) == ["base", "tuned", "tuned+foreign"]
    # Each in three arms: base, base+role and base again; tuned+role, tuned and tuned+foreign.
    assert (models.count("base"), models.count("tuned")) == (27, 27)


def test_a_base_model_at_an_endpoint_needs_both_names(refused, project):
    role = project / "role.yaml"
    assert "a bundle knows its base model" in refused("eval", "m", "--base-api-model", "b")
    endpoint = ("--endpoint", "http://x/v1", "--api-model", "m", "--role", role)
    said = refused("eval", *endpoint, "--base-endpoint", "http://y/v1")
    assert "--base-api-model: missing" in said


def test_a_broken_run_goes_on(rolewright, refused, as_json, chat_endpoint, project, tmp_path):
    role, out = project / "role.yaml", tmp_path / "out"
    command = ("eval", "--endpoint", chat_endpoint.url, "--api-model", "m", "--role", role)
    as_json(*command, "--out", out)
    whole = (out / "log.jsonl").read_text("utf-8").splitlines(keepends=True)
    assert "a finished evaluation lies here" in refused(*command, "--out", out)
    (out / "results.json").unlink()
    (out / "log.jsonl").write_text("".join(whole[:3]) + whole[3][:20], "utf-8")
    chat_endpoint.requests.clear()
    other = refused(*command, "--out", out, "--max-new-tokens", 3)
    assert "had another max_new_tokens" in other
    other = refused(*command, "--out", out, "--suites", "stability")
    assert "had another set of prompts (--data, --suites, --quick)" in other
    _, _, err = rolewright(*command, "--out", out)
    assert "going on behind 3 samples" in err
    assert len(chat_endpoint.requests) == 1
    assert len((out / "log.jsonl").read_text("utf-8").splitlines()) == 4
    assert json.loads((out / "results.json").read_text("utf-8"))["samples"] == 4


def test_wrong_targets(refused, project):
    role = project / "role.yaml"
    assert "BUNDLE|MODEL" in refused("eval", "--role", role)
    assert "--api-model" in refused("eval", "--endpoint", "http://x/v1", "--role", role)
    assert "one of the two" in refused("eval", "m", "--endpoint", "http://x/v1", "--role", role)


OWN = """\
from rolewright.verifiers import Verdict, verifier


@verifier("few_letters")
def few_letters(text, conversation, *, most: int) -> Verdict:
    return Verdict(len(text) <= most // LEAST, f"{len(text)} letters")


LEAST = 1
"""
OWN_RULE = "- {id: few, check: few_letters, most: 10000}\nverifiers: [few.py]\n"


def test_a_moved_bundle_with_verifiers_of_its_own(
    rolewright, refused, as_json, project, tiny_folder, tmp_path
):
    role = project / "role.yaml"
    role.write_text(role.read_text("utf-8") + OWN_RULE, "utf-8")
    (project / "few.py").write_text(OWN, "utf-8")
    bundle = project / "bundle"
    arguments = ("--model", tiny_folder, "--out", bundle, "--set", "max_steps=1")
    code, _, err = rolewright("train", role, project / "train.jsonl", *arguments)
    assert code == 0, err
    moved = bundle.rename(tmp_path / "moved")
    (project / "few.py").unlink()

    assert rolewright("ask", moved, "Hi", *LIMIT)[0] == 0
    said = refused("eval", moved, *LIMIT)
    assert f"{moved / 'verifiers' / 'few.py'}: rules of this bundle are judged by" in said
    assert "sha256:" in said
    code, printed = as_json("eval", moved, "--trust-verifiers", *LIMIT)
    assert code == 1
    assert printed["arms"]["base"]["rules"][2]["id"] == "few"
    assert printed["arms"]["base"]["rules"][2]["rate"] == 1
    role.write_text(role.read_text("utf-8").replace(OWN_RULE, ""), "utf-8")
    code, printed = as_json("eval", moved, "--role", role, *LIMIT)
    assert [rule["id"] for rule in printed["arms"]["base"]["rules"]] == ["short", "no-emoji"]


def test_a_verifier_that_raises_is_the_users_error(refused, project, tiny_folder):
    role = project / "role.yaml"
    role.write_text(role.read_text("utf-8") + OWN_RULE, "utf-8")
    (project / "few.py").write_text(OWN.replace("LEAST = 1", "LEAST = 0"), "utf-8")
    expected = f"{project / 'few.py'}:6: the verifier 'few_letters' raises ZeroDivisionError"
    assert expected in refused("eval", tiny_folder, "--role", role, *LIMIT)
    assert expected in refused("check", role, project / "train.jsonl")
