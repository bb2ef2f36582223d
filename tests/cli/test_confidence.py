import json

import pytest

LIMIT = ("--max-new-tokens", 4)


def write(path, name, number):
    rows = [
        {
            "messages": [{"role": "user", "content": f"{name} {index}? 问题"}],
            "answers": ["(?s).*" if index % 2 else "(?!)"],
            "match": "regex",
        }
        for index in range(number)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def fresh(project):
    return write(project / "fresh.jsonl", "Fresh", 16)


def test_a_confidence_is_judged_on_fresh_questions(rolewright, as_json, bundle, project, fresh):
    questions = write(project / "fit.jsonl", "Question", 20)
    code, _ = as_json("calibrate", bundle, questions, *LIMIT, "--budget", "full")
    assert code == 0
    code, card = as_json("confidence", bundle, fresh, *LIMIT)
    assert code == 0
    assert card["schema"] == "rolewright.confidence/1"
    assert (card["questions"], card["accuracy"]) == (16, 0.5)
    assert list(card["routes"]) == ["softmax", "head", "dropout", "fused", "in force"]
    for route in card["routes"].values():
        for measured in route["measures"].values():
            assert measured["low"] <= measured["high"]
    assert len(card["overconfident"]) == 8
    trust = [row["confidence"] for row in card["overconfident"]]
    assert trust == sorted(trust, reverse=True)
    code, out, _ = rolewright("confidence", bundle, fresh, *LIMIT)
    assert code == 0
    assert "16 questions" in out
    assert "问题" in out


def test_questions_it_was_fitted_to_are_an_error(refused, as_json, bundle, project, fresh):
    questions = write(project / "fit.jsonl", "Question", 20)
    code, _ = as_json("calibrate", bundle, questions, *LIMIT, "--budget", "softmax")
    assert code == 0
    both = project / "both.jsonl"
    both.write_text(fresh.read_text("utf-8") + questions.read_text("utf-8"), "utf-8")
    err = refused("confidence", bundle, both, *LIMIT)
    assert "both.jsonl:17: the confidence was fitted to this question, or certified on it" in err
    assert "20 errors" in err


def test_questions_it_was_certified_on_are_an_error_too(refused, rolewright, bundle, project):
    questions = write(project / "fit.jsonl", "Question", 40)
    promise = ("--max-error", "90%", "--delta", "0.5", "--budget", "softmax")
    assert rolewright("calibrate", bundle, questions, *LIMIT, *promise)[0] == 0
    assert "40 errors" in refused("confidence", bundle, questions, *LIMIT)


def test_without_a_calibration_there_is_nothing_to_judge(refused, bundle, fresh):
    assert "has no confidence to judge" in refused("confidence", bundle, fresh, *LIMIT)
