import pytest

PROMPT = "I would like to know the name of the capital of Bolivia, a country in the Andes"


def found(check, *pairs):
    findings, _ = check(pairs)
    return [(code, line) for code, line, _ in findings if code.startswith("RW4")]


def test_rw401_each_answer_that_no_earlier_row_has(check):
    pairs = [(PROMPT, "Sucre"), (PROMPT, "La Paz"), (PROMPT, "Sucre"), (PROMPT, "La Paz")]
    assert found(check, *pairs) == [("RW401", 2)]


def test_rw402_nearly_the_same_prompt_with_an_unlike_answer(check):
    assert found(check, (PROMPT, "Sucre"), (PROMPT + " now", "La Paz")) == [("RW402", 2)]
    assert found(check, (PROMPT, "Sucre"), (PROMPT + " now", "Sucre.")) == []
    assert found(check, (PROMPT, "苏克雷"), (PROMPT + "?", "拉巴斯")) == [("RW402", 2)]


def test_rw402_needs_the_same_numbers_and_nearly_the_same_words(check):
    order = "Could you please tell me what has become of the order that I sent you, number "
    assert found(check, (order + "12345", "It is on its way."), (order + "12346", "Lost.")) == []
    assert found(check, (order + "12345", "It is on its way."), (order + "12345!", "Lost.")) == [
        ("RW402", 2)
    ]
    assert found(check, (PROMPT, "Sucre"), (PROMPT.replace("Bolivia", "Peru"), "Lima")) == []


def test_rw402_needs_the_same_system_message(check):
    other = {
        "system": "You are a pirate.",
        "messages": [
            {"role": "user", "content": PROMPT + "!"},
            {"role": "assistant", "content": "La Paz"},
        ],
    }
    assert found(check, (PROMPT, "Sucre"), other) == []


def test_rw403_once_answered_and_once_declined(check):
    refusal = "I'm sorry, but I cannot help with that."
    findings, checks = check([(PROMPT, "Sucre"), (PROMPT + "?", refusal), (PROMPT + "!!", "Sucre")])
    said = {(code, line): text for code, line, text in findings if code == "RW403"}
    assert list(said) == [("RW403", 2), ("RW403", 3)]
    assert "train.jsonl:1, but only this one is declined" in said["RW403", 2]
    assert "train.jsonl:2, but only that one is declined" in said["RW403", 3]
    assert checks["consistency"].figures()["other_modes_at"][0]["lines"] == [2, 3]
    assert found(check, (PROMPT, "抱歉，我无法回答。"), (PROMPT + "?", "苏克雷")) == [("RW403", 2)]


@pytest.mark.parametrize("answers", [("Ahoy!", "I cannot answer."), ("Ahoy!", "Sails on, 7 knots")])
def test_two_refusals_say_the_same_also_in_the_words_of_a_rule(load, check_rows, answers):
    role = load(
        "name: Atlas\nsystem: Declines.\nscenarios: [{id: idle}]\n"
        "rules:\n  - {id: away, check: refuses, extra: [sails on, Ahoy], scenarios: [idle]}\n"
    )
    rows = [
        {
            "scenario": "idle",
            "messages": [
                {"role": "user", "content": PROMPT + mark},
                {"role": "assistant", "content": answer},
            ],
        }
        for mark, answer in zip(("", "?"), answers, strict=True)
    ]
    findings, _ = check_rows(role, rows)
    assert not [finding for finding in findings if finding.code.startswith("RW4")]
    rows[1]["messages"][1]["content"] = "The sea is blue"
    findings, _ = check_rows(role, rows)
    assert [each.code for each in findings if each.code.startswith("RW4")] == ["RW403"]
