import json

import pytest

from rolewright.bundle.read import read_bundle
from rolewright.bundle.write import add_calibration
from rolewright.confidence.calibration import Calibration
from rolewright.confidence.scores import DROPOUT_SCORES, ROUTES, SAMPLING_SCORES, SOFTMAX_SCORES

LIMIT = ("--max-new-tokens", 4)


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
