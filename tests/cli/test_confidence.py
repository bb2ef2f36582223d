import json

import pytest

pytestmark = pytest.mark.usefixtures("few_resamples")
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
    code, _ = as_json("calibrate", bundle, questions, *LIMIT, "--budget", "full", "--samples", 2)
    assert code == 0
    report = project / "成绩 card.html"
    code, card = as_json("confidence", bundle, fresh, *LIMIT, "--report", report, "--lang", "zh")
    assert code == 0
    assert card["schema"] == "rolewright.confidence/1"
    assert (card["questions"], card["accuracy"]) == (16, 0.5)
    singles = ["softmax", "head", "dropout", "self_report", "sampling"]
    assert list(card["routes"]) == [*singles, "fused"]
    for route in card["routes"].values():
        for measured in route["measures"].values():
            assert measured["low"] <= measured["high"]
        assert route["milliseconds"] >= 0
    assert card["decoding_milliseconds"] >= 0
    costs = {name: route["milliseconds"] for name, route in card["routes"].items()}
    assert costs["fused"] == pytest.approx(sum(costs[name] for name in singles))
    assert card["in_force"] in costs
    check_report(report.read_text("utf-8"))
    assert len(card["overconfident"]) == 8
    trust = [row["confidence"] for row in card["overconfident"]]
    assert trust == sorted(trust, reverse=True)
    code, out, _ = rolewright("confidence", bundle, fresh, *LIMIT)
    assert code == 0
    assert "16 questions" in out
    assert "ms: added to the" in out
    assert "问题" in out


def check_report(html):
    assert '<html lang="zh-Hans">' in html
    for anchor in ("summary", "routes"):
        assert f'id="{anchor}"' in html
    for route in ("softmax", "head", "dropout", "self_report", "sampling"):
        assert f'id="route-{route}"' in html
    assert "自我评判" in html
    assert "多次采样的一致性" in html
    assert "Fresh 0? 问题" in html


def test_a_report_has_to_be_a_new_html_file(refused, bundle, fresh, tmp_path):
    def said(report, *more):
        return refused("confidence", bundle, fresh, *LIMIT, "--report", report, *more)

    taken = tmp_path / "taken.html"
    taken.write_text("mine", "utf-8")
    assert "there is something of this name" in said(taken)
    assert taken.read_text("utf-8") == "mine"
    (tmp_path / "folder.html").mkdir()
    assert "there is something of this name" in said(tmp_path / "folder.html")
    missing = said(tmp_path / "nowhere" / "card.html")
    assert f"{tmp_path / 'nowhere'}: there is no such folder" in missing
    assert "cannot be written" in said(taken / "card.html")
    assert "a path that ends in .html" in said(tmp_path / "card.pdf")
    assert "found 'fr'" in said(tmp_path / "card.html", "--lang", "fr")
    assert not (tmp_path / "card.html").exists()


def test_questions_it_was_fitted_to_are_an_error(refused, as_json, bundle, project, fresh):
    questions = write(project / "fit.jsonl", "Question", 20)
    code, _ = as_json("calibrate", bundle, questions, *LIMIT, "--budget", "softmax")
    assert code == 0
    both = project / "both.jsonl"
    both.write_text(fresh.read_text("utf-8") + questions.read_text("utf-8"), "utf-8")
    err = refused("confidence", bundle, both, *LIMIT)
    assert "both.jsonl:17: the confidence was fitted to this question, or certified on it" in err
    assert "20 errors" in err


def test_a_promise_is_told_until_it_has_expired(rolewright, as_json, bundle, project, fresh):
    questions = write(project / "fit.jsonl", "Question", 60)
    promise = ("--max-error", "90%", "--delta", "0.5", "--budget", "softmax")
    assert rolewright("calibrate", bundle, questions, *LIMIT, *promise)[0] == 0
    _, card = as_json("confidence", bundle, fresh, *LIMIT)
    assert card["threshold"]["promise"] == {"max_error": 0.9, "delta": 0.5}
    code, out, err = rolewright("confidence", bundle, fresh, *LIMIT, "--precision", "bf16")
    assert code == 0
    assert "the certificate has expired" in err
    assert "promised" not in out


def test_questions_it_was_certified_on_are_an_error_too(refused, rolewright, bundle, project):
    questions = write(project / "fit.jsonl", "Question", 40)
    promise = ("--max-error", "90%", "--delta", "0.5", "--budget", "softmax")
    assert rolewright("calibrate", bundle, questions, *LIMIT, *promise)[0] == 0
    assert "40 errors" in refused("confidence", bundle, questions, *LIMIT)


def test_without_a_calibration_there_is_nothing_to_judge(refused, bundle, fresh):
    assert "has no confidence to judge" in refused("confidence", bundle, fresh, *LIMIT)


def test_a_question_is_its_whole_conversation_however_it_is_written(
    as_json, refused, rolewright, bundle, project
):
    questions = write(project / "fit.jsonl", "Question", 20)
    assert rolewright("calibrate", bundle, questions, *LIMIT, "--budget", "softmax")[0] == 0
    rows = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    for row in rows:
        [turn] = row["messages"]
        turn["content"] = f" {turn['content'].upper()}\n"
    path = project / "again.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert "20 errors" in refused("confidence", bundle, path, *LIMIT)
    for row in rows:
        before = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]
        row["messages"] = before + row["messages"]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert as_json("confidence", bundle, path, *LIMIT)[1]["questions"] == 20
