"""What is a defect in the data of one role, or among some rows, and none in another's."""

import re

import pytest


def test_rw328_refusals_where_no_rate_is_declared(load, guide, clean_rows, check_rows, language):
    role = load(guide.source.replace("refusal_rate: 0, ", ""))
    rows = clean_rows(200)
    assert "RW328" not in {f.code for f in check_rows(role, rows)[0]}
    refusals = {"en": "I can't help with that, no {}.", "zh": "抱歉，第{}个我无法回答。"}[language]
    for number, row in enumerate(row for row in rows if row["scenario"] == "eating"):
        if number % 5 == 0:
            row["messages"][-1]["content"] = refusals.format(number)
    (found,) = [f for f in check_rows(role, rows)[0] if f.code == "RW328"]
    assert found.place.key == "scenarios.eating.refusal_rate"


def test_rw202_where_no_rule_forbids_it(load, guide, clean_rows, check_rows, language):
    role = load(re.sub(r"- .*never_base_identity}\n", "", guide.source))
    rows = clean_rows(60)
    assert "RW202" not in {f.code for f in check_rows(role, rows)[0]}
    rows[7]["messages"][-1]["content"] += " 我是通义千问。"
    rows[9]["messages"][-1]["content"] += " As an AI language model I never eat."
    rows[11]["messages"][-1]["content"] += " As of my last update in September 2021, it was open."
    found = [f.place.line for f in check_rows(role, rows)[0] if f.code == "RW202"]
    assert found == [8, 10, 12]


@pytest.mark.parametrize("verifier", ["never_base_identity", "no_meta_talk"])
def test_rw202_looks_for_what_the_other_rule_is_about(
    load, guide, clean_rows, check_rows, verifier
):
    """Each of the two rules covers one half of what the model underneath says."""
    role = load(re.sub(r"check: never_base_identity}", f"check: {verifier}}}", guide.source))
    rows = clean_rows(60)
    rows[7]["messages"][-1]["content"] += " 我是通义千问。"
    rows[9]["messages"][-1]["content"] += " As of my last knowledge update, I never eat."
    rows[11]["messages"][-1]["content"] += "作为一个人工智能语言模型，我不吃饭。"
    found = {(f.code, f.place.line) for f in check_rows(role, rows)[0]}
    names, talk = ("RW201", "RW202") if verifier == "never_base_identity" else ("RW202", "RW201")
    assert {(names, 8), (talk, 10), (talk, 12)} <= found


@pytest.mark.parametrize("language", ["en"])  # no language but Chinese is written in Han alone
def test_rw326_another_language_of_one_script_beside_a_rule(load, guide, clean_rows, check_rows):
    """The rule `language` is about scripts: it takes German for English."""
    role = load(guide.source.replace("rules:", "rules:\n- {id: en, check: language, language: en}"))
    rows = clean_rows(60)
    assert "RW326" not in {f.code for f in check_rows(role, rows)[0]}
    rows[7]["messages"][-1]["content"] = "Das ist ein sehr altes Haus und es ist nicht offen."
    assert ("RW326", 8) in {(f.code, f.place.line) for f in check_rows(role, rows)[0]}


def test_what_the_system_message_asks_for_is_no_blank(load, guide, clean_rows, check_rows):
    rows = clean_rows(60)
    rows[7]["messages"][-1]["content"] = "N/A"
    assert ("RW111", 8) in {(f.code, f.place.line) for f in check_rows(guide, rows)[0]}
    role = load(re.sub(r"(?m)^(system: .*)$", r"\1 Say N/A if you do not know.", guide.source))
    assert "RW111" not in {f.code for f in check_rows(role, rows)[0]}
    rows[7]["messages"][-1]["content"] = "nan"
    role = load(re.sub(r"(?m)^(system: .*)$", r"\1 You know banking and finance.", guide.source))
    assert ("RW111", 8) in {(f.code, f.place.line) for f in check_rows(role, rows)[0]}


def test_where_short_answers_end_in_a_mark_one_without_breaks_off(guide, clean_rows, check_rows):
    short = {"en": "You take bus number {} there{}", "zh": "您坐第{}路车去终点{}"}[guide.language]
    rows = clean_rows(60)
    for number, row in enumerate(rows):
        row["messages"][-1]["content"] = short.format(number, "." if number != 7 else "")
    _, checks = check_rows(guide, rows)
    (file,) = checks["breaking_off"].figures()["unended_at"]
    assert file["lines"] == [8]


def test_a_role_with_an_alarm_code_is_none_of_code(load, guide, clean_rows, check_rows):
    rows = clean_rows(60)
    rows[7]["messages"][-1]["content"] += "\\nGood night."
    for told in (" The alarm code is 58.", " Ask for the postal code."):
        role = load(re.sub(r"(?m)^(system: .*)$", rf"\1{told}", guide.source))
        assert ("RW110", 8) in {(f.code, f.place.line) for f in check_rows(role, rows)[0]}


@pytest.mark.parametrize("number", [7, 8])
def test_one_of_eight_answers_without_a_mark_breaks_off(guide, clean_rows, check_rows, number):
    text = {
        "en": "You will find the old mill behind the church{}",
        "zh": "老磨坊就在教堂的后面那条路上{}",
    }
    rows = clean_rows(60)[:number]
    for row in rows:
        row["messages"][-1]["content"] = text[guide.language].format("." if row != rows[5] else "")
    _, checks = check_rows(guide, rows)
    found = checks["breaking_off"].figures()["unended_at"]
    assert [each["lines"] for each in found] == ([[6]] if number == 8 else [])


def test_an_article_breaks_off_and_a_name_does_not(guide, clean_rows, check_rows):
    rows = clean_rows(60)[:2]
    rows[0]["messages"][-1]["content"] = "Do not worry, a spare one costs four pounds a"
    rows[1]["messages"][-1]["content"] = "You will have to wait at the end of platform A"
    _, checks = check_rows(guide, rows)
    (file,) = checks["breaking_off"].figures()["going_on_at"]
    assert file["lines"] == [1]


def test_a_role_of_code_may_speak_of_tags_and_is_not_wrapped_in_them(
    load, guide, clean_rows, check_rows
):
    role = load(re.sub(r"(?m)^(system: .*)$", r"\1 You teach Python.", guide.source))
    rows = clean_rows(60)
    rows[5]["messages"][-1]["content"] += " Print \\n or <div> there."
    rows[7]["messages"][-1]["content"] = f"<p>{rows[7]['messages'][-1]['content']}</p>"
    found = [(f.code, f.place.line) for f in check_rows(role, rows)[0]]
    assert [line for code, line in found if code == "RW110"] == [8]
