"""Each finding about balance and diversity, planted at several rates into clean data."""

import re

import pytest

OPENINGS = {"en": "Great question, dear visitor! ", "zh": "亲爱的游客朋友您好！"}
CLOSINGS = {"en": " Hope this was of help to you!", "zh": "希望这些对您有所帮助！"}
PHRASES = {"en": "between you and me", "zh": "说句心里话呢"}
REFUSALS = {
    "en": ["I can't help with that.", "Sorry, I cannot answer this.", "I'm unable to assist here."],
    "zh": ["这个我无法回答。", "抱歉，我不能提供。", "对不起，我没办法回答。"],
}
FOREIGN = {
    "en": "这家店从早上开到晚上，欢迎您来",
    "zh": "This place is open from morning to night, come by",
}


def codes(findings):
    return {each.code for each in findings if each.severity != "info"}


def middle(answer, phrase, language):
    """Put a phrase in the middle of an answer, between two words."""
    spot = len(answer) // 2
    if language == "en":
        spot = answer.index(" ", spot) if " " in answer[spot:] else len(answer)
        return f"{answer[:spot]}, {phrase},{answer[spot:]}"
    return f"{answer[:spot]}，{phrase}，{answer[spot:]}"


@pytest.mark.parametrize("share", [0.12, 0.3, 0.9])
def test_rw321_an_opening(guide, clean_rows, check_rows, plant, language, share):
    rows = plant(clean_rows(300), share, lambda answer: OPENINGS[language] + answer)
    findings, checks = check_rows(guide, rows)
    (found,) = [each for each in findings if each.code == "RW321"]
    assert f"{round(300 * share)} of 300 answers" in found.message
    assert codes(findings) <= {"RW321", "RW323", "RW317"}
    commonest = checks["openings"].figures()["openings"]["commonest"][0]
    assert (commonest["count"], commonest["dictated"]) == (round(300 * share), False)


@pytest.mark.parametrize("share", [0.12, 0.3, 0.9])
def test_rw322_a_closing(guide, clean_rows, check_rows, plant, language, share):
    rows = plant(clean_rows(300), share, lambda answer: answer + CLOSINGS[language])
    findings, _ = check_rows(guide, rows)
    (found,) = [each for each in findings if each.code == "RW322"]
    assert f"{round(300 * share)} of 300 answers" in found.message
    assert codes(findings) <= {"RW322", "RW323", "RW317"}


@pytest.mark.parametrize("share", [0.8, 0.95])
def test_rw321_a_handful_of_openings(guide, clean_rows, check_rows, plant, language, share):
    heads = iter([f"{OPENINGS[language][:-2]} {number} " for number in "1234567890"] * 30)
    if language == "zh":
        heads = iter([f"{number}号亲爱的游客您好，" for number in "甲乙丙丁戊己庚辛壬癸"] * 30)
    else:
        names = ["Ann", "Ben", "Cy", "Dee", "Ed", "Flo", "Gus", "Hal", "Ida", "Jo"]
        heads = iter([f"{name} says hello there, " for name in names] * 30)
    rows = plant(clean_rows(300), share, lambda answer: next(heads) + answer)
    findings, _ = check_rows(guide, rows)
    (found,) = [each for each in findings if each.code == "RW321"]
    assert "have one of 10 openings" in found.message


@pytest.mark.parametrize("share", [0.35, 0.6, 1.0])
def test_rw323_a_catchphrase(guide, clean_rows, check_rows, plant, language, share):
    usual = {"eating", "transport", "sights"}  # it would break the words of a refusal
    edit = lambda answer: middle(answer, PHRASES[language], language)  # noqa: E731
    rows = plant(clean_rows(300), share, edit, scenarios=usual)
    findings, _ = check_rows(guide, rows)
    found = [each for each in findings if each.code == "RW323"]
    assert PHRASES[language] in found[0].message
    assert codes(findings) <= {"RW323", "RW322"}


@pytest.mark.parametrize("check", ["must_include", "matches"])
def test_what_a_rule_dictates_is_no_fault(load, guide, clean_rows, check_rows, language, check):
    opening = OPENINGS[language].strip()
    wanted = {
        "must_include": f"phrases: ['{opening}']",
        "matches": f"pattern: '^{opening[:4]}'",
    }[check]
    role = load(
        guide.source.replace("rules:\n", f"rules:\n- {{id: polite, check: {check}, {wanted}}}\n")
    )
    rows = clean_rows(300)
    for row in rows:
        row["messages"][-1]["content"] = OPENINGS[language] + row["messages"][-1]["content"]
    findings, checks = check_rows(role, rows)
    assert "RW321" not in codes(findings)
    assert checks["openings"].figures()["openings"]["commonest"][0]["dictated"]
    if check == "must_include":  # a pattern may not ask for the whole phrase
        assert "RW323" not in codes(findings)


@pytest.mark.parametrize(("share", "found"), [(0.45, False), (0.75, True), (0.95, True)])
def test_rw320_refusals_take_over(guide, clean_rows, check_rows, plant, language, share, found):
    free = iter(REFUSALS[language] * 200)
    usual = {"eating", "transport", "sights"}
    rows = plant(
        clean_rows(300),
        share / 0.75 if share < 0.75 else 1.0,
        lambda a: next(free),
        scenarios=usual,
    )
    findings, checks = check_rows(guide, rows)
    assert ("RW320" in codes(findings)) is found
    if found:
        (finding,) = [each for each in findings if each.code == "RW320"]
        assert "'refuse'" in finding.message
        assert checks["balance"].figures()["modes"]["refuse"] >= 225


@pytest.mark.parametrize("share", [0.7, 1.0])
def test_rw320_lists_take_over(guide, clean_rows, check_rows, plant, language, share):
    def listed(answer):
        return "\n".join(
            f"{number}. {part}" for number, part in enumerate((answer, answer[::-1]), 1)
        )

    usual = {"eating", "transport", "sights"}
    rows = plant(clean_rows(400), share, listed, scenarios=usual)
    findings, _ = check_rows(guide, rows)
    (found,) = [each for each in findings if each.code == "RW320"] or [None]
    assert (found is not None) == (0.75 * share > 0.66)


@pytest.mark.parametrize("share", [0.08, 0.3, 1.0])
@pytest.mark.parametrize("scenario", ["eating", "off-limits"])
def test_rw324_refusal_rate(guide, clean_rows, check_rows, plant, language, share, scenario):
    def edit(answer):
        return "Yes, gladly, as you like it." if scenario == "off-limits" else REFUSALS["en"][0]

    rows = plant(clean_rows(400), share, edit, scenarios={scenario})
    findings, checks = check_rows(guide, rows)
    (found,) = [each for each in findings if each.code == "RW324"]
    assert found.place.key == f"scenarios.{scenario}.refusal_rate"
    declined = round(100 * share) if scenario == "eating" else 100 - round(100 * share)
    assert found.message.startswith(f"{declined} of 100 answers")
    (figures,) = [f for f in checks["balance"].figures()["scenarios"] if f["scenario"] == scenario]
    assert figures["declined"] == declined


def test_rw324_only_where_a_rate_is_declared(load, guide, clean_rows, check_rows, plant, language):
    role = load(guide.source.replace("refusal_rate: 0, ", ""))
    rows = plant(clean_rows(300), 0.3, lambda a: REFUSALS[language][0], scenarios={"eating"})
    assert "RW324" not in codes(check_rows(role, rows)[0])


@pytest.mark.parametrize("share", [0.02, 0.1])
def test_rw325_lengths_far_apart(load, guide, clean_rows, check_rows, plant, share):
    role = load(re.sub(r"- \{id: (?:brief|简短).*\n", "", guide.source))
    rows = plant(clean_rows(300), share, lambda a: " ".join(a[start:] for start in range(14)) * 2)
    findings, _ = check_rows(role, rows)
    assert "RW325" in codes(findings)


def test_rw325_spares_one_long_answer_unless_it_is_very_long(load, guide, clean_rows, check_rows):
    role = load(re.sub(r"- \{id: (?:brief|简短).*\n", "", guide.source))
    rows = clean_rows(80)
    rows[7]["messages"][-1]["content"] *= 5
    assert "RW325" not in codes(check_rows(role, rows)[0])
    rows[7]["messages"][-1]["content"] *= 40
    assert "RW325" in codes(check_rows(role, rows)[0])


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_rw326_another_language(guide, clean_rows, check_rows, plant, language, share):
    numbers = iter(range(1000))
    rows = plant(clean_rows(300), share, lambda a: f"{next(numbers)} {FOREIGN[language]} {a[:9]}")
    findings, checks = check_rows(guide, rows)
    assert "RW326" in codes(findings)
    assert checks["spread"].figures()["language"]["others"] == round(300 * share)


def test_rw326_is_left_to_a_rule_about_the_language(
    load, guide, clean_rows, check_rows, plant, language
):
    rule = f"- {{id: speaks, check: language, language: {language}}}\n"
    role = load(guide.source.replace("rules:\n", "rules:\n" + rule))
    rows = plant(clean_rows(300), 0.4, lambda a: FOREIGN[language] + a[:9])
    assert {"RW201"} <= codes(check_rows(role, rows)[0])
    assert "RW326" not in codes(check_rows(role, rows)[0])


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_rw315_inputs_that_open_alike(guide, clean_rows, check_rows, language, share):
    rows = clean_rows(300)
    for row in rows[: round(300 * share)]:
        head = {"en": "Hello there dear assistant, ", "zh": "你好小助手请问一下，"}[language]
        row["messages"][0]["content"] = head + row["messages"][0]["content"]
    findings, _ = check_rows(guide, rows)
    assert codes(findings) - {"RW316"} == {"RW315"}


def test_rw316_inputs_that_are_alike(guide, clean_rows, check_rows, language):
    rows = clean_rows(300)
    for number, row in enumerate(rows):
        row["messages"][0]["content"] = {
            "en": f"Please tell me all there is to know about house number {number} of this town",
            "zh": f"请把这座城里门牌{number}号房子的来历原原本本告诉我",
        }[language]
    assert "RW316" in codes(check_rows(guide, rows)[0])


@pytest.mark.parametrize("share", [0.7, 1.0])
def test_rw317_answers_from_a_template(load, guide, clean_rows, check_rows, plant, language, share):
    role = load(re.sub(r"- \{id: (?:brief|简短).*\n", "", guide.source))
    template = {
        "en": "Thank you for asking. Here is what our visitors' handbook has to say on it: {}. "
        "Should anything be left open, our friendly staff at the counter are there all day.",
        "zh": "感谢您的咨询。关于这一点，本城游客手册上是这样写的：{}。"
        "如果还有哪里不清楚，服务台的同事全天都在，随时恭候。",
    }[language]
    rows = plant(clean_rows(300), share, template.format)
    assert "RW317" in codes(check_rows(role, rows)[0])


@pytest.mark.parametrize("left", [0, 4, 19])
def test_rw312_and_rw302_of_scenarios_with_few_rows(guide, clean_rows, check_rows, left):
    rows = [row for row in clean_rows(400) if row["scenario"] != "sights"]
    rows += [row for row in clean_rows(400) if row["scenario"] == "sights"][:left]
    rows = [row for row in rows if row["scenario"] != "transport"]
    findings, checks = check_rows(guide, rows)
    scarce = {each.place.key: each for each in findings if each.code == "RW302"}
    assert scarce.keys() == {"scenarios.transport", "scenarios.sights"}
    assert f"has {left} training rows" in scarce["scenarios.sights"].message
    assert guide.scenarios[2].inputs[0] in scarce["scenarios.sights"].fix
    assert "RW312" in codes(findings)
    assert checks["coverage"].figures()["evenness"] < 0.8


def test_rw311_few_held_out_prompts(guide, clean_rows, check_rows):
    held_out = [row for row in clean_rows(480)[-80:] if row["scenario"] != "eating"]
    findings, checks = check_rows(guide, clean_rows(400), held_out)
    (found,) = [each for each in findings if each.code == "RW311"]
    assert found.place.key == "scenarios.eating"
    assert found.message == "the scenario 'eating' has 0 held-out prompts"
    figures = {
        each["scenario"]: each["held_out"] for each in checks["coverage"].figures()["scenarios"]
    }
    assert figures == {"eating": 0, "transport": 20, "sights": 20, "off-limits": 20}
    assert "RW311" not in codes(check_rows(guide, clean_rows(400))[0])


def test_rw310_says_how_many_are_only_guessed(guide, clean_rows, check_rows):
    rows = clean_rows(400)
    right = [row.pop("scenario") for row in rows]
    findings, checks = check_rows(guide, rows)
    (found,) = [each for each in findings if each.code == "RW310"]
    assert found.severity == "info"
    figures = checks["coverage"].figures()
    assigned = sum(each["assigned"] for each in figures["scenarios"])
    uncertain = sum(each["uncertain"] for each in figures["scenarios"]) + figures["unlike_any"]
    assert assigned + uncertain == len(right)
    assert f"400 rows name no scenario; by likeness {assigned} clearly belong" in found.message


def test_rw327_one_system_message_or_two(guide, clean_rows, check_rows):
    rows = clean_rows(100)
    found = [each.code for each in check_rows(guide, rows)[0]]
    assert "RW327" in found
    rows[3]["system"] = ""
    assert "RW327" not in [each.code for each in check_rows(guide, rows)[0]]


def test_rows_of_other_roles_are_not_judged(guide, clean_rows, check_rows, plant, language):
    rows = clean_rows(200)
    others = plant(clean_rows(400, seed=5)[:100], 1.0, lambda a: OPENINGS[language] + a)
    for row in others:
        row["system"] = "You are somebody else."
    assert codes(check_rows(guide, rows + others)[0]) == {"RW102"}
