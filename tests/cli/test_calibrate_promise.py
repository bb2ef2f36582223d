import json

import pytest

LIMIT = ("--max-new-tokens", 4)


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
    assert "the certificate has expired: other precision (bfloat16, not float32) than when" in err
    assert json.loads(out)["certified"] is False


def test_a_certificate_expires_with_another_limit_on_answers(
    rolewright, as_json, bundle, questions
):
    """Longer answers may be wrong more often, and have other scores."""
    rows = questions.read_text("utf-8")
    questions.write_text(rows + rows.replace("Question", "Query"), "utf-8")
    promise = ("--max-error", "90%", "--delta", "0.5", "--budget", "softmax")
    assert rolewright("calibrate", bundle, questions, *LIMIT, *promise)[0] == 0
    code, out, err = rolewright("ask", bundle, "Hi", "--max-new-tokens", 5, "--json")
    assert "expired: other answer limit (5 tokens, not 4 tokens) than when it was made" in err
    assert (code, json.loads(out)["certified"]) == (0, False)


def test_what_was_never_certified_does_not_expire(rolewright, bundle, questions):
    """To answer as before would bring no certificate back."""
    rows = questions.read_text("utf-8")
    questions.write_text(rows + rows.replace("Question", "Query"), "utf-8")
    promise = ("--max-error", "10%", "--budget", "softmax")
    assert rolewright("calibrate", bundle, questions, *LIMIT, *promise)[0] == 1
    _, out, err = rolewright("ask", bundle, "Hi", "--max-new-tokens", 5, "--json")
    assert "expired" not in err
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
