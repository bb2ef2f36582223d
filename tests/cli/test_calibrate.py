import json

import pytest

from rolewright.bundle.read import read_bundle
from rolewright.bundle.write import add_calibration
from rolewright.confidence.calibration import Calibration
from rolewright.confidence.scores import DROPOUT_SCORES, ROUTES, SAMPLING_SCORES, SOFTMAX_SCORES

LIMIT = ("--max-new-tokens", 4)


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


def test_calibrated_bundle_answers_with_a_confidence(as_json, rolewright, bundle, questions):
    code, printed = as_json("calibrate", bundle, questions, *LIMIT, "--abstain-below", 0.9)
    assert code == 0
    assert printed["schema"] == "rolewright.calibration/3"
    assert (printed["questions"], printed["accuracy"]) == (20, 0.5)
    assert "graded" not in printed
    first = read_bundle(bundle).manifest.calibration
    code, answered = as_json("ask", bundle, "Hi", *LIMIT)
    assert code == 0
    assert 0 <= answered["confidence"] <= 1

    code, out, _ = rolewright("calibrate", bundle, questions, *LIMIT, "--abstain-below", 0.1)
    assert code == 0
    assert "abstains below 10%" in out
    second = read_bundle(bundle).manifest.calibration
    assert second != first
    inside = {f"confidence/{path.name}" for path in (bundle / "confidence").iterdir()}
    files = read_bundle(bundle).manifest.files
    assert inside == {path for path in files if path.startswith("confidence/")}
    assert [path for path in inside if path.endswith(".json")] == [second]
    assert len(inside) == 2  # and the head


@pytest.mark.parametrize(
    ("budget", "routes"),
    [
        ("softmax", {"softmax", "fused"}),
        ("head", {"softmax", "head", "fused"}),
        ("full", {"softmax", "head", "dropout", "self_report", "fused"}),
    ],
)
def test_a_budget_decides_which_routes_there_are(as_json, bundle, questions, budget, routes):
    code, printed = as_json("calibrate", bundle, questions, *LIMIT, "--budget", budget)
    assert code == 0
    assert set(printed["routes"]) == routes
    assert (printed["head"] is None) == (budget == "softmax")
    assert (printed["dropout"] is None) == (budget != "full")
    code, answered = as_json("ask", bundle, "Hi", *LIMIT)
    assert code == 0
    assert 0 <= answered["confidence"] <= 1


def put_into_force(bundle, name):
    """Let one route of a bundle's confidence decide."""
    opened = read_bundle(bundle)
    calibration = Calibration.model_validate_json(opened.calibration())
    route = calibration.routes[name]
    chosen = {"score": route.score, "method": route.method, "map": route.map, "head": None}
    changed = calibration.model_copy(update=chosen)
    add_calibration(bundle, opened.manifest, changed.model_dump_json(by_alias=True))
    return calibration.graded


def test_answers_are_sampled_where_it_is_asked_for(as_json, bundle, questions):
    arguments = (bundle, questions, *LIMIT, "--budget", "full", "--samples", 4)
    code, printed = as_json("calibrate", *arguments)
    assert code == 0
    assert set(printed["routes"]) == {*ROUTES, "fused"}
    assert printed["sampling"] == {"samples": 4, "seed": 0, "same_meaning": None}
    graded = put_into_force(bundle, "sampling")
    assert any(answer.scores["semantic_entropy"] > 0 for answer in graded)
    for answer in graded[:3]:
        code, answered = as_json("ask", bundle, answer.question, *LIMIT)
        assert code == 0
        assert answered["scores"].keys() == {*SOFTMAX_SCORES, *SAMPLING_SCORES}
        for score in SAMPLING_SCORES:
            assert answered["scores"][score] == pytest.approx(answer.scores[score], abs=1e-4)
    code, printed = as_json("calibrate", *arguments)
    assert code == 0
    again = put_into_force(bundle, "self_report")
    for score in SAMPLING_SCORES:
        assert [each.scores[score] for each in again] == [each.scores[score] for each in graded]
    code, answered = as_json("ask", bundle, again[0].question, *LIMIT)
    assert answered["scores"].keys() == {*SOFTMAX_SCORES, "p_true"}
    assert answered["scores"]["p_true"] == pytest.approx(again[0].scores["p_true"], abs=1e-4)


def test_samples_do_not_depend_on_the_budget(as_json, bundle, questions):
    arguments = (bundle, questions, *LIMIT, "--budget", "softmax")
    assert as_json("calibrate", *arguments)[1]["sampling"] is None
    code, printed = as_json("calibrate", *arguments, "--samples", 2)
    assert code == 0
    assert set(printed["routes"]) == {"softmax", "sampling", "fused"}


@pytest.mark.parametrize("labels", [("entailment", "neutral"), ()])
def test_a_model_tells_which_samples_mean_the_same(
    as_json, refused, bundle, questions, write_encoder, labels
):
    folder = write_encoder("同义 same", *labels)
    arguments = (bundle, questions, *LIMIT, "--budget", "softmax", "--samples", 3)
    code, printed = as_json("calibrate", *arguments, "--same-meaning", folder)
    assert code == 0
    same_meaning = printed["sampling"]["same_meaning"]
    assert same_meaning["name"] == str(folder)
    assert same_meaning["kind"] == ("entailment" if labels else "embedding")
    assert same_meaning["min_cosine"] == (None if labels else 0.9)
    graded = put_into_force(bundle, "sampling")
    for answer in graded[:3]:
        code, answered = as_json("ask", bundle, answer.question, *LIMIT)
        assert code == 0
        for score in SAMPLING_SCORES:
            assert answered["scores"][score] == pytest.approx(answer.scores[score], abs=1e-4)

    write_encoder("同义 same", *labels, seed=1)
    err = refused("ask", bundle, "Hi", *LIMIT)
    assert f"{folder}: this is not the model that told at calibration" in err
    folder.rename(folder.with_name("gone"))
    err = refused("ask", bundle, "Hi", *LIMIT)
    assert "the model that tells which answers mean the same cannot be found" in err
    assert "restore it, or run `rolewright calibrate` again" in err
    put_into_force(bundle, "softmax")  # which needs no samples
    assert as_json("ask", bundle, "Hi", *LIMIT)[0] == 0


def test_a_model_that_cannot_tell_what_means_the_same(
    refused, bundle, questions, write_encoder, tiny_folder
):
    arguments = ("calibrate", bundle, questions, "--samples", 2, "--same-meaning")
    assert "found Qwen2ForCausalLM" in refused(*arguments, tiny_folder)
    assert "a sequence classifier with bad, good" in refused(
        *arguments, write_encoder("feelings", "bad", "good")
    )
    assert "there is no such folder" in refused(*arguments, "./nowhere")
    entails = write_encoder("nli", "entailment", "other")
    assert "it has no cosine" in refused(*arguments, entails, "--min-cosine", 0.8)
    assert "add --samples" in refused("calibrate", bundle, questions, "--same-meaning", entails)
    err = refused("calibrate", bundle, questions, "--samples", 2, "--min-cosine", 0.8)
    assert "name one with --same-meaning" in err
    assert read_bundle(bundle).manifest.calibration is None


def test_a_head_that_was_trained_with_the_model(
    rolewright, as_json, project, tiny_folder, questions
):
    graded = project / "graded 已评分.jsonl"
    rows = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    answered = [
        {"messages": row["messages"], "response": f"Answer {number}", "correct": number % 2 == 0}
        for number, row in enumerate(rows[:6])
    ]
    graded.write_text("".join(json.dumps(row) + "\n" for row in answered), "utf-8")
    bundle = project / "bundle"
    arguments = [project / "role.yaml", project / "train.jsonl", "--model", tiny_folder]
    arguments += ["--out", bundle, "--set", "max_steps=4", "--set", "batch_size=2"]
    arguments += ["--set", f"confidence_head.data={graded}", "--set", "optimizer.warmup_share=0"]
    code, _, err = rolewright("train", *arguments)
    assert code == 0
    assert "6 graded answers train a confidence head, 50% of them right" in err

    code, out, err = rolewright("calibrate", bundle, questions, *LIMIT, "--json")
    assert code == 0
    assert "6 of 20 questions were trained on, and are left out" in err
    printed = json.loads(out)
    assert printed["questions"] == 14
    assert {"head", "joint_head"} <= {each["score"] for each in printed["comparison"]}
    assert printed["head"]["layers"] == list(read_bundle(bundle).manifest.head_layers)
    kept = put_into_force(bundle, "softmax")
    assert len({answer.scores["joint_head"] for answer in kept}) > 1
    code, answered = as_json("ask", bundle, "Hi", *LIMIT)
    assert answered["scores"].keys() == set(SOFTMAX_SCORES)

    rolewright("calibrate", bundle, questions, *LIMIT)
    opened = read_bundle(bundle)
    calibration = Calibration.model_validate_json(opened.calibration())
    route = calibration.routes["head"]
    chosen = {"score": route.score, "method": route.method, "map": route.map}
    in_force = calibration.model_copy(update=chosen).model_dump_json(by_alias=True)
    head = {calibration.head.file: (bundle / calibration.head.file).read_bytes()}
    add_calibration(bundle, opened.manifest, in_force, head)
    code, answered = as_json("ask", bundle, kept[0].question, *LIMIT)
    assert code == 0
    assert answered["scores"]["joint_head"] == pytest.approx(kept[0].scores["joint_head"], abs=1e-4)

    code, printed = as_json("calibrate", bundle, questions, *LIMIT, "--budget", "softmax")
    assert "joint_head" not in {each["score"] for each in printed["comparison"]}


def test_dropout_of_the_adapter(rolewright, as_json, bundle, questions):
    arguments = (bundle, questions, *LIMIT, "--budget", "full", "--dropout-place", "adapter")
    code, out, err = rolewright("calibrate", *arguments, "--json")
    assert code == 0
    assert "dropout of" in err
    assert "in the adapters of the last" in err
    assert json.loads(out)["dropout"]["place"] == "adapter"
    graded = put_into_force(bundle, "dropout")
    code, answered = as_json("ask", bundle, graded[0].question, *LIMIT)
    assert code == 0
    for score in DROPOUT_SCORES:
        assert answered["scores"][score] == pytest.approx(graded[0].scores[score], abs=1e-4)


def test_a_place_where_nothing_can_be_dropped(refused, bundle, questions, monkeypatch):
    err = refused("calibrate", bundle, questions, "--dropout-place", "everywhere")
    assert "--dropout-place: found 'everywhere'" in err
    assert "residual or adapter" in err
    err = refused("calibrate", bundle, questions, "--dropout-place", "adapter")
    assert "--budget head has no dropout" in err
    assert "add --budget full" in err
    monkeypatch.setattr(
        "rolewright.confidence.scorer.adapter_obstacle", lambda layers: f"no, {len(layers)}"
    )
    err = refused("calibrate", bundle, questions, "--budget", "full", "--dropout-place", "adapter")
    assert "--dropout-place adapter: there is nothing to drop out of in this model: no, 1" in err
    assert "use --dropout-place residual" in err
    assert read_bundle(bundle).manifest.calibration is None


def test_too_few_samples(refused, bundle, questions):
    err = refused("calibrate", bundle, questions, "--samples", 1)
    assert "--samples: found 1" in err
    assert "0 for none, or at least 2" in err
    assert "--samples" in refused("calibrate", bundle, questions, "--samples", -2)
    assert "--samples" in refused("calibrate", bundle, questions, "--samples", "many")
    assert read_bundle(bundle).manifest.calibration is None


def test_answers_that_came_graded_are_scored_and_not_given_again(as_json, bundle, project):
    rows = [
        {
            "messages": [{"role": "user", "content": f"Question {number}? 问题"}],
            "response": f"Antwort {number}",
            "correct": number % 2 == 0,
        }
        for number in range(20)
    ]
    path = project / "graded.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    code, printed = as_json("calibrate", bundle, path, "--max-new-tokens", 32, "--budget", "full")
    assert code == 0
    assert printed["accuracy"] == 0.5
    kept = json.loads((bundle / read_bundle(bundle).manifest.calibration).read_text("utf-8"))
    assert [row["answer"] for row in kept["graded"]] == [row["response"] for row in rows]
    assert [row["correct"] for row in kept["graded"]] == [row["correct"] for row in rows]


def test_an_mlp_head(as_json, bundle, questions):
    code, printed = as_json("calibrate", bundle, questions, *LIMIT, "--head", "mlp")
    assert code == 0
    assert "head" in printed["routes"]


def test_a_model_that_cannot_be_asked_for_its_verdict(rolewright, bundle, questions, monkeypatch):
    monkeypatch.setattr("rolewright.cli.calibrating.can_be_asked", lambda _: False)
    code, out, err = rolewright(
        "calibrate", bundle, questions, *LIMIT, "--budget", "full", "--json"
    )
    assert code == 0
    assert err.count("no score p_true: the model reasons before it replies") == 1
    assert set(json.loads(out)["routes"]) == {"softmax", "head", "dropout", "fused"}


def test_a_verdict_without_room_is_told_before_anything_is_decoded(
    refused, as_json, bundle, questions, monkeypatch
):
    """The tiny model reads 512 tokens."""
    with monkeypatch.context() as patch:
        patch.setattr("rolewright.generation.chat_model.generate", pytest.fail)
        err = refused("calibrate", bundle, questions, "--max-new-tokens", 440, "--budget", "full")
    assert "questions.jsonl:1: " in err
    assert "20 errors" in err
    assert "of the question whether it is right do not fit" in err
    assert "--budget head" in err
    assert as_json("calibrate", bundle, questions, *LIMIT, "--budget", "full")[0] == 0
    put_into_force(bundle, "self_report")
    monkeypatch.setattr("rolewright.generation.chat_model.generate", pytest.fail)
    err = refused("ask", bundle, "Hi", "--max-new-tokens", 440)
    assert "the question: " in err
    assert "of the question whether it is right do not fit" in err


def test_wrong_words(refused, bundle, questions):
    err = refused("calibrate", bundle, questions, "--budget", "huge")
    assert "--budget: found 'huge'" in err
    assert "softmax, head or full" in err
    assert "linear or mlp" in refused("calibrate", bundle, questions, "--head", "tree")


def test_a_certificate_expires_with_another_precision(rolewright, bundle, questions):
    rows = questions.read_text("utf-8")
    questions.write_text(rows + rows.replace("Question", "Query"), "utf-8")
    promise = ("--max-error", "90%", "--delta", "0.5", "--budget", "softmax")
    code, _, _ = rolewright("calibrate", bundle, questions, *LIMIT, *promise)
    assert code == 0
    _, out, err = rolewright("ask", bundle, "Hi", *LIMIT, "--json")
    assert "expired" not in err
    code, out, err = rolewright("ask", bundle, "Hi", *LIMIT, "--precision", "bf16", "--json")
    assert code == 0
    assert "the certificate has expired: other precision than when it was made" in err
    assert json.loads(out)["certified"] is False


def test_a_certificate_of_a_scenario(rolewright, refused, as_json, bundle, questions):
    rows = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    of_scenario = [
        {**row, "scenario": "容易", "messages": [{"role": "user", "content": f"Q{number}"}]}
        for number, row in enumerate(rows * 4)
    ]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows + of_scenario), "utf-8")
    promise = ("--max-error", "90%", "--delta", "0.5", "--budget", "softmax", "--by-scenario")
    code, printed = as_json("calibrate", bundle, questions, *LIMIT, *promise)
    assert code == 0
    certificate = printed["scenario_certificates"]["容易"]
    assert certificate["conditions"] == printed["certificate"]["conditions"] != {}
    code, answered = as_json("ask", bundle, "Hi", *LIMIT, "--scenario", "容易")
    assert code == 0
    assert answered["certified"] is (answered["confidence"] >= certificate["threshold"])
    err = refused("ask", bundle, "Hi", "--scenario", "capital")
    assert "--scenario: found 'capital'" in err
    assert "expected: 容易" in err
    _, out, _ = rolewright("calibrate", bundle, questions, *LIMIT, *promise)
    assert "容易: certified: at most 0.9 of answers wrong" in out


def test_scenarios_without_a_promise(refused, bundle, questions):
    err = refused("calibrate", bundle, questions, *LIMIT, "--by-scenario")
    assert "--by-scenario: nothing is promised" in err
    promise = ("--max-error", "90%", "--delta", "0.5", "--budget", "softmax")
    err = refused("calibrate", bundle, questions, *LIMIT, *promise, "--by-scenario")
    assert "none of them names a scenario" in err
    assert "no scenario has a certificate" in refused("ask", bundle, "Hi", "--scenario", "x")


def test_too_few_right_answers_leave_the_bundle_as_it_was(refused, bundle, questions):
    before = (bundle / "bundle.json").read_bytes()
    questions.write_text(questions.read_text("utf-8").replace("(?s).*", "(?!)"), "utf-8")
    err = refused("calibrate", bundle, questions, *LIMIT)
    assert "0 of them right and 20 wrong" in err
    assert "easier" in err
    assert (bundle / "bundle.json").read_bytes() == before
    assert not (bundle / "confidence").exists()


def test_questions_without_answers(refused, bundle, project):
    err = refused("calibrate", bundle, project / "train.jsonl")
    assert "train.jsonl:1: answers: missing" in err
    assert "8 errors" in err


def test_wrong_paths(refused, bundle, questions, tmp_path):
    assert "no such folder" in refused("calibrate", tmp_path / "nope", questions)
    assert "no such file" in refused("calibrate", bundle, tmp_path / "nope.jsonl")
    assert "Missing argument 'QA" in refused("calibrate", bundle)


def test_questions_that_were_trained_on_are_left_out(rolewright, bundle, questions, project):
    trained = json.loads((project / "train.jsonl").read_text("utf-8").splitlines()[0])
    row = {"messages": trained["messages"][:1], "answers": ["(?s).*"], "match": "regex"}
    with questions.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(row) + "\n")
    code, out, err = rolewright("calibrate", bundle, questions, *LIMIT, "--json")
    assert code == 0
    assert "1 of 21 questions were trained on" in err
    assert json.loads(out)["questions"] == 20


def test_a_promise_is_certified_or_refused(as_json, rolewright, bundle, questions):
    rows = questions.read_text("utf-8")
    questions.write_text(rows + rows.replace("Question", "Query"), "utf-8")
    promise = ("--max-error", "90%", "--delta", "0.5", "--budget", "softmax")
    code, printed = as_json("calibrate", bundle, questions, *LIMIT, *promise)
    assert code == 0
    certificate = printed["certificate"]
    assert (certificate["max_error"], certificate["delta"], certificate["tested"]) == (0.9, 0.5, 20)
    assert printed["abstain_below"] == certificate["threshold"]
    code, answered = as_json("ask", bundle, "Hi", *LIMIT)
    assert answered["certified"] is (answered["confidence"] >= certificate["threshold"])

    code, out, _ = rolewright("calibrate", bundle, questions, *LIMIT, "--max-error", "5%")
    assert code == 1
    assert "cannot certify at most 0.05 of answers wrong (delta 0.05) with n = 20" in out
    assert "at least 59 answers" in out
    code, answered = as_json("ask", bundle, "Hi", *LIMIT)
    assert answered["certified"] is False


@pytest.mark.parametrize("wrong", ["0", "100%", "1.5", "much", "-5%", "nan"])
def test_a_promise_is_a_share(refused, bundle, questions, wrong):
    assert "a share such as 5% or 0.05" in refused(
        "calibrate", bundle, questions, "--max-error", wrong
    )
