"""``eval --suites``: all of them, by a bundle and behind an endpoint."""

import json

LIMIT = ("--max-new-tokens", 4)


def test_all_suites(rolewright, as_json, chat_endpoint, project, prompts, asked, tmp_path):
    out, role = tmp_path / "out", project / "role.yaml"
    command = ["eval", "--endpoint", chat_endpoint.url, "--api-model", "m", "--role", role]
    command += ["--data", prompts, "--questions", asked, "--suites", "all", "--quick"]
    command += ["--out", out]
    code, printed = as_json(*command)
    assert code == 0
    suites = printed["suites"]
    assert list(suites) == [
        "stability", "override", "leakage", "over_role", "switching", "consistency", "paraphrases",
        "instructions", "general_ability",
    ]  # fmt: skip
    assert suites["override"]["base+role"]["control_tokens"] is None
    assert printed["does_not_fit"] == {}
    assert list(suites["stability"]) == list(suites["override"]) == ["base+role"]
    lines = (out / "log.jsonl").read_text("utf-8").splitlines(keepends=True)
    records = [json.loads(line) for line in lines]
    assert len(records) == printed["samples"]
    keys = {(r["suite"], r["arm"], r["id"], r["turn"]) for r in records}
    assert len(keys) == len(records)
    report = (out / "report.html").read_text("utf-8")
    for suite in suites:
        assert f'<section id="suite-{suite.replace("_", "-")}">' in report
        assert f'"suite":"{suite}"' in report

    # What is killed goes on, with all suites.
    (out / "results.json").unlink()
    (out / "log.jsonl").write_text("".join(lines[:-40]), "utf-8")
    _, shown, err = rolewright(*command)
    assert f"going on behind {len(lines) - 40} samples" in err
    again = json.loads((out / "results.json").read_text("utf-8"))
    assert again == printed
    for name in (
        "stability", "override", "leakage", "over-role", "switching", "consistency", "paraphrases",
        "instructions of a user", "general ability", "not checked: the server's doing",
    ):  # fmt: skip
        assert name in shown


def test_suites_of_a_bundle_compare_it_with_its_base(as_json, trained, prompts, asked):
    command = ["eval", trained, "--data", prompts, "--questions", asked, *LIMIT]
    code, printed = as_json(*command, "--suites", "over_role,general_ability,leakage")
    assert code == 1
    assert list(printed["arms"]) == ["base", "base+role", "tuned+role"]
    suites = printed["suites"]
    assert list(suites) == ["leakage", "over_role", "instructions", "general_ability"]
    assert list(suites["leakage"]) == ["base+role", "tuned+role"]
    assert list(suites["over_role"]["excess"]) == ["tuned", "tuned+foreign"]
    assert suites["general_ability"]["difference"]["pairs"] == 1


def test_an_unknown_suite(refused, trained):
    assert "there is no suite 'attacks'" in refused("eval", trained, "--suites", "attacks")


PIRATE = """\
name: Pirate
system: You are a pirate.
rules: [{id: short, check: max_length, unit: words, max: 30}]
scenarios: [{id: sea, examples: ["Where to?", "How deep?"]}]
"""


def test_perplexity_and_another_role_of_the_users_own(
    rolewright, trained, prompts, write_rows, tmp_path
):
    other, out = tmp_path / "pirate.yaml", tmp_path / "out"
    other.write_text(PIRATE, "utf-8")
    texts = write_rows("texts.jsonl", [{"text": "The sea is deep."}, {"text": "海很深。"}])
    command = ["eval", trained, "--data", prompts, "--suites", "switching,general_ability"]
    command += ["--quick", "--other-role", other, "--perplexity", texts, "--out", out, *LIMIT]
    code, shown, err = rolewright(*command)
    assert code == 1, err
    for text in ("switching", "Pirate", "bits per byte", "more bits than the base model"):
        assert text in shown
    suites = json.loads((out / "results.json").read_text("utf-8"))["suites"]
    assert list(suites) == ["switching", "instructions", "perplexity"]
    assert list(suites["switching"]["roles"]) == ["Pirate"]
    assert suites["switching"]["differences"]["unseen"]["pairs"] == 2
    assert suites["perplexity"]["arms"]["base"]["texts"] == 2
    assert suites["perplexity"]["difference"]["pairs"] == 2
    lines = (out / "log.jsonl").read_text("utf-8").splitlines()
    scored = [json.loads(line) for line in lines if '"perplexity"' in line]
    assert [(s["output"], s["bits"] > 0) for s in scored] == [("", True)] * 4

    # What was scored is not scored again.
    (out / "results.json").unlink()
    _, _, err = rolewright(*command)
    assert f"going on behind {len(lines)} samples" in err
    again = json.loads((out / "results.json").read_text("utf-8"))["suites"]
    assert again == suites


def test_what_no_suite_uses_is_refused(refused, trained, prompts, asked, tmp_path):
    other = tmp_path / "pirate.yaml"
    other.write_text(PIRATE, "utf-8")
    command = ("eval", trained, "--data", prompts)
    assert "suite general_ability, which does not run" in refused(*command, "--questions", asked)
    assert "suite general_ability, which does not run" in refused(*command, "--perplexity", asked)
    assert "suite switching, which does not run" in refused(*command, "--other-role", other)


def test_an_endpoint_scores_no_texts(refused, chat_endpoint, project, asked):
    command = ("eval", "--endpoint", chat_endpoint.url, "--api-model", "m", "--perplexity", asked)
    command += ("--role", project / "role.yaml", "--suites", "general_ability")
    assert "cannot say how probable a given text is" in refused(*command)
    assert chat_endpoint.requests == []


def test_probes_that_do_not_fit_are_left_out_and_counted(
    rolewright, refused, project, build_model, tiny_tokenizer, tmp_path
):
    folder = tmp_path / "cramped"
    build_model(len(tiny_tokenizer), max_position_embeddings=64).save_pretrained(folder)
    tiny_tokenizer.save_pretrained(folder)
    command = ["eval", folder, "--role", project / "role.yaml", *LIMIT]
    out = tmp_path / "out"
    _, _, err = rolewright(*command, "--suites", "leakage", "--quick", "--out", out)
    printed = json.loads((out / "results.json").read_text("utf-8"))
    left_out = printed["does_not_fit"]["leakage"]
    assert 0 < left_out < 72
    assert f"leakage: {left_out} probes left out" in err
    records = [json.loads(line) for line in (out / "log.jsonl").read_text("utf-8").splitlines()]
    asked = [record for record in records if record["suite"] == "leakage"]
    lost = {record["cluster"] for record in asked if not record["fits"]}
    assert left_out == len({record["id"] for record in asked if record["cluster"] in lost})
    kept = [record for record in asked if record["cluster"] not in lost]
    requests = {record["id"] for record in kept if not record["facts"]["twin"]}
    assert printed["suites"]["leakage"]["base+role"]["leaked"]["total"] == len(requests)
    assert 0 < len(requests) < 48
    assert "adherence: none of its 2 probes fits" in refused(*command, "--max-new-tokens", 60)
