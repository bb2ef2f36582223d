import pytest

from rolewright.role.lint.statements import rules_not_stated, statements_not_checked

EMOJI = "check: no_emoji"


def unchecked(role):
    findings = list(statements_not_checked(role))
    assert all(finding.code == "RW011" for finding in findings)
    return [finding.message for finding in findings]


def unstated(role):
    findings = list(rules_not_stated(role))
    assert all(finding.code == "RW012" for finding in findings)
    return [finding.message for finding in findings]


@pytest.mark.parametrize(
    ("system", "rule", "named"),
    [
        ("Answer in at most 30 words.", "check: max_length, unit: words, max: 30", "30 words"),
        ("每次回答不超过六十字。", "check: max_length, unit: han, max: 60", "六十字"),
        ("Reply only in English.", "check: language, language: en", "in English"),
        ("一律用中文回答。", "check: language, language: zh", "用中文"),
        ("Output JSON.", "check: json_object", "JSON"),
        ("请用JSON格式作答。", "check: json_object", "JSON"),
        ("Output JSON.", "check: 'detectable_format:json_format'", "JSON"),
        (
            "Reply only in English.",
            "check: 'language:response_language', language: en",
            "in English",
        ),
        ("Use no Markdown.", "check: no_markdown", "no Markdown"),
        ("不要使用表情。", EMOJI, "不要使用表情"),
        ("Give exactly three bullet points.", "check: bullet_list, min: 3", "three bullet points"),
        ("Decline medical questions.", "check: refuses", "Decline"),
        ("不得透露价格。", "check: never_say, phrases: [价格]", "不得透露"),
        ("称呼对方一律用“您”。", "check: address_user, term: 您", "您"),
        ('Then say "Ask the desk."', "check: must_include, phrases: [the desk]", "Ask the desk."),
        ("要说“我不清楚”。", "check: exact_answer, options: [我不清楚], scenarios: []", "我不清楚"),
        ("You are Atlas.", "check: self_name, names: [Atlas]", "Atlas"),
        ("You are Atlas.", "check: never_base_identity", "Atlas"),
    ],
)
def test_what_the_system_message_demands_is_checked_by_a_rule(with_rules, system, rule, named):
    other = "check: ends_with_punctuation"
    (message,) = unchecked(with_rules(other, system=f"'{system}'"))
    assert named in message
    assert unchecked(with_rules(other, rule, system=f"'{system}'")) == []


@pytest.mark.parametrize(
    ("rule", "silent", "stating"),
    [
        ("check: max_length, unit: words, max: 5", "Be kind.", "Use 5 words."),
        ("check: max_length, unit: han, max: 60", "请友善。", "回答要简短。"),
        ("check: language, language: zh", "Be kind.", "Speak Chinese."),
        ("check: language, language: zh", "Be kind.", "请友善。"),
        ("check: no_markdown", "Be kind.", "Write plain text."),
        ("check: no_emoji", "Be kind.", "不用表情。"),
        ("check: json_object", "Be kind.", "Answer in JSON."),
        ("check: must_include, phrases: [the desk, x]", "Be kind.", "Point to The Desk."),
        ("check: never_say, phrases: [refund]", "Be kind.", "Never say refund."),
    ],
)
def test_what_a_rule_asks_for_is_stated(with_rules, rule, silent, stating):
    (message,) = unstated(with_rules(rule, system=silent))
    assert message == "the system message does not state: r1"
    assert unstated(with_rules(rule, system=stating)) == []


def test_without_rules_or_system_message_there_is_nothing_to_compare(load, with_rules):
    assert unchecked(load("", "Answer in 5 words.")) == []
    assert unchecked(with_rules(EMOJI, system="null")) == []
    assert unstated(with_rules(EMOJI, system="null")) == []


def test_rules_behind_the_scenes_need_not_be_stated(with_rules):
    rules = ("check: never_matches, pattern: x", "check: single_line", "check: no_final_period")
    assert unstated(with_rules(*rules, system="Answer in one line.")) == []
