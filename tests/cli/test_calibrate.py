import json

import pytest

from rolewright.bundle.read import read_bundle
from rolewright.conversations.questions import read_questions

LIMIT = ("--max-new-tokens", 4)


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


def test_wrong_words(refused, bundle, questions):
    err = refused("calibrate", bundle, questions, "--budget", "huge")
    assert "--budget: found 'huge'" in err
    assert "softmax, head or full" in err
    assert "linear or mlp" in refused("calibrate", bundle, questions, "--head", "tree")


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
    assert err.count("expected: a list of texts, at least one") == 1


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


def test_answers_are_kept_for_a_head_that_is_trained_with_a_model(
    rolewright, refused, bundle, questions, project
):
    file = project / "graded.jsonl"
    code, _, err = rolewright("calibrate", bundle, questions, *LIMIT, "--answers", file)
    assert code == 0
    assert str(file) in err
    graded = read_questions([file])
    assert [each.correct for each in graded] == [number % 2 == 1 for number in range(20)]
    assert [each.conversation.prompt for each in graded] == [
        each.conversation.prompt for each in read_questions([questions])
    ]
    assert None not in {each.response for each in graded}
    err = refused("calibrate", bundle, questions, *LIMIT, "--answers", file)
    assert "--answers" in err
    base = read_bundle(bundle).manifest.base_model.name
    code, _, err = rolewright(
        "train", project / "role.yaml", project / "train.jsonl", "--model", base,
        "--out", project / "joint", "--set", "max_steps=1", "--set", f"confidence_head.data={file}",
    )  # fmt: skip
    assert code == 0
    assert "20 graded answers" in err


def test_answers_are_kept_where_nothing_can_be_fitted(refused, bundle, questions, project):
    questions.write_text(questions.read_text("utf-8").replace("(?s).*", "(?!)"), "utf-8")
    file = project / "graded.jsonl"
    assert "0 of them right" in refused("calibrate", bundle, questions, *LIMIT, "--answers", file)
    assert len(read_questions([file])) == 20


def test_answers_behind_a_reasoning_are_not_kept(refused, bundle, questions, project):
    manifest = bundle / "bundle.json"
    text = manifest.read_text("utf-8")
    assert '"thinking": "off"' in text
    manifest.write_text(text.replace('"thinking": "off"', '"thinking": "on"'), "utf-8")
    err = refused("calibrate", bundle, questions, "--answers", project / "graded.jsonl")
    assert "--answers: this model reasons before it answers" in err
    assert not (project / "graded.jsonl").exists()
