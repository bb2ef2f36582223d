"""Rules that exclude each other, and rules that look so and do not."""

import pytest

from rolewright.role.lint.contradictions.find import contradictions

WORDS = "check: max_length, unit: words, max"
EXCLUDED = [
    ("check: language, language: zh", "check: never_matches, pattern: '[一-龥]'"),
    ("check: must_include, phrases: [喵喵]", "check: catchphrase_rate, phrase: 喵, max: 1"),
    ("check: must_include, phrases: [a b c, d e f]", f"{WORDS}: 4"),
    # lengths and counts
    ("check: min_length, unit: words, min: 9", f"{WORDS}: 8"),
    ("check: min_length, unit: words, min: 50", "check: max_length, unit: characters, max: 20"),
    ("check: min_length, unit: han, min: 30", "check: max_length, unit: word_style, max: 20"),
    ("check: min_length, unit: sentences, min: 9", "check: max_length, unit: nonspace, max: 8"),
    ("check: min_length, unit: paragraphs, min: 2", "check: single_line"),
    ("check: bullet_list, min: 5", "check: bullet_list, min: 0, max: 3"),
    ("check: bullet_list, min: 2", "check: single_line"),
    ("check: bullet_list", "check: json_object"),
    (
        "check: catchphrase_rate, phrase: 喵, min: 3, max: 4",
        "check: catchphrase_rate, phrase: 喵, max: 1",
    ),
    ("check: must_include, phrases: [Ask me anything about maps]", f"{WORDS}: 3"),
    ("check: opens_with, phrases: [您好，我是小禾], ", "check: max_length, unit: han, max: 5"),
    # what is said, against what must not be
    ("check: must_include, phrases: [Atlas]", "check: never_say, phrases: [atlas]"),
    ("check: must_include, phrases: [Atlas, maps]", "check: never_say, phrases: [maps]"),
    ("check: must_include, phrases: [我是小禾]", "check: never_say, phrases: [小禾]"),
    (
        "check: must_include, mode: any, phrases: [hi, hello]",
        "check: never_say, phrases: [hello, hi]",
    ),
    ("check: must_include, phrases: ['作为AI，我']", "check: no_meta_talk"),
    ("check: must_include, phrases: [由阿里云研发]", "check: never_base_identity"),
    ("check: must_include, phrases: [Great 🎉]", "check: no_emoji"),
    ("check: must_include, phrases: ['**Note**']", "check: no_markdown"),
    ("check: must_include, phrases: ['How can I help?']", "check: max_questions, max: 0"),
    ("check: must_include, phrases: [room 12]", "check: never_matches, pattern: '[0-9]'"),
    ("check: opens_with, phrases: [Sure!, Of course!]", "check: never_matches, pattern: '!'"),
    ("check: closes_with, phrases: [喵]", "check: ends_with_punctuation"),
    ("check: closes_with, phrases: [Goodbye.]", "check: no_final_period"),
    (
        "check: must_say_when, triggers: [refund], phrases: [counter 3]",
        "check: never_say, phrases: [counter]",
    ),
    ("check: self_name, names: [小禾]", "check: never_say, phrases: [小禾]"),
    ("check: matches, pattern: Atlas", "check: never_matches, pattern: '[A-Z]'"),
    # whole answers
    (
        "check: exact_answer, options: [I only answer that.]",
        "check: must_include, phrases: [sorry]",
    ),
    ("check: exact_answer, options: [I only answer that.]", f"{WORDS}: 3"),
    ("check: exact_answer, options: [Yes., No.]", "check: no_final_period"),
    ("check: exact_answer, options: [Yes.]", "check: exact_answer, options: [No.]"),
    ("check: exact_answer, options: [只回答地理问题。]", "check: language, language: en"),
    ("check: exact_answer, options: [I only answer that.]", "check: json_object"),
    ("check: exact_answer, options: [I only answer that.]", "check: refuses"),
    # forms
    ("check: refuses", "check: does_not_refuse"),
    ("check: json_object", "check: opens_with, phrases: [您好]"),
    ("check: json_object", "check: closes_with, phrases: [See you!]"),
    ("check: json_object", "check: never_matches, pattern: '[{}]'"),
    ("check: json_object, required_keys: [answer]", "check: never_say, phrases: [answer]"),
    ("check: opens_with, phrases: [Hello]", "check: opens_with, phrases: [Good day, Hi]"),
    ("check: closes_with, phrases: [再见]", "check: closes_with, phrases: [回见]"),
    ("check: language, language: zh", "check: language, language: en"),
]
BARELY = [
    ("check: must_include, phrases: [你好]", "check: address_user, term: 您"),
    ("check: must_include, phrases: ['I am Qwen.']", "check: never_base_identity, where: claims"),
    ("check: ends_with_punctuation, marks: ['.', 。]", "check: no_final_period"),
    (
        "check: must_include, phrases: [I cannot give advice]",
        "check: language, language: zh, share: 1",
    ),
    ("check: must_include, phrases: [iPhone]", "check: never_matches, pattern: '[A-Z]'"),
    ("check: must_include, phrases: [Atlas]", "check: never_matches, pattern: 'Atlas(?! Corp)'"),
]
CONSISTENT = [
    ("check: language, language: zh", "check: min_length, unit: han, min: 200"),
    ("check: language, language: en", "check: min_length, unit: words, min: 200"),
    ("check: language, language: en", "check: never_matches, pattern: '[A-Z]'"),
    ("check: language, language: en", "check: matches, pattern: '[0-9]'"),
    ("check: refuses", "check: no_final_period"),
    ("check: refuses", "check: min_length, unit: words, min: 60"),
    ("check: json_object", "check: min_length, unit: words, min: 200"),
    ("check: must_include, phrases: [a b c, d e f]", f"{WORDS}: 5"),
    ("check: must_include, phrases: [a b c, c d e]", f"{WORDS}: 5"),
    ("check: must_include, phrases: [state, art]", f"{WORDS}: 1"),
    ("check: must_include, phrases: [喵]", "check: catchphrase_rate, phrase: 喵, min: 2, max: 3"),
    ("check: min_length, unit: words, min: 8", f"{WORDS}: 8"),
    ("check: min_length, unit: characters, min: 9", f"{WORDS}: 8"),
    ("check: max_length, unit: words, max: 50", "check: min_length, unit: characters, min: 60"),
    ("check: min_length, unit: sentences, min: 3", f"{WORDS}: 2"),
    ("check: bullet_list, min: 1", "check: single_line"),
    ("check: bullet_list, min: 3", "check: no_markdown"),
    ("check: must_include, phrases: [cat]", "check: never_say, phrases: [concatenate]"),
    ("check: must_include, phrases: [concatenate]", "check: never_say, phrases: [cat]"),
    (
        "check: must_include, whole_words: false, phrases: [cat]",
        "check: never_say, phrases: [cat]",
    ),
    ("check: must_include, mode: any, phrases: [hi, hello]", "check: never_say, phrases: [hi]"),
    ("check: must_include, phrases: [Atlas]", "check: never_matches, pattern: '^Atlas$'"),
    ("check: must_include, phrases: [Qwen]", "check: never_base_identity, where: claims"),
    ("check: must_include, phrases: [我]", "check: exact_answer, options: [我是小禾。, 好]"),
    ("check: closes_with, phrases: [喵], ignore_punctuation: true", "check: ends_with_punctuation"),
    ("check: ends_with_punctuation", "check: no_final_period"),
    ("check: opens_with, phrases: [Hi]", "check: opens_with, phrases: [Hi there, Hello]"),
    ("check: closes_with, phrases: [bye]", "check: closes_with, phrases: [Good bye]"),
    ("check: json_object", "check: closes_with, phrases: [Bye], ignore_punctuation: true"),
    ("check: json_object", "check: must_include, phrases: ['say \"hi\"']"),
    ("check: json_object", "check: single_line"),
    ("check: json_object", "check: no_markdown"),
    ("check: json_object", "check: language, language: zh"),
    ("check: json_object", "check: ends_with_punctuation"),
    ("check: refuses, extra: [请找馆员]", "check: does_not_refuse"),
    ("check: refuses", "check: language, language: zh"),
    ("check: language, language: zh", "check: language, language: ja"),
    ("check: language, language: zh, share: 0.4", "check: language, language: en, share: 0.4"),
    ("check: language, language: zh", "check: must_include, phrases: [I cannot give advice]"),
    (
        "check: must_say_when, triggers: [refund], phrases: [counter 3]",
        "check: exact_answer, options: [No.]",
    ),
    ("check: self_name, names: [Atlas]", "check: exact_answer, options: [No.]"),
    ("check: must_include, phrases: [Atlas]", "check: matches, pattern: '[0-9]{4}'"),
    ("check: must_include, phrases: [Hello]", "check: opens_with, phrases: [Good day]"),
    ("check: must_include, phrases: [Hello]", "check: min_length, unit: words, min: 30"),
]


def found(role):
    return [(finding.code, finding.place.key) for finding in contradictions(role)]


@pytest.mark.parametrize("rules", EXCLUDED, ids=" / ".join)
@pytest.mark.parametrize("order", [1, -1])
def test_rules_that_no_answer_keeps_together(with_rules, rules, order):
    (finding,) = contradictions(with_rules(*rules[::order]))
    assert finding.code == "RW003"
    assert "r1" in finding.message
    assert "r2" in finding.message
    assert finding.place.line in {4, 5}


@pytest.mark.parametrize("rules", BARELY, ids=" / ".join)
@pytest.mark.parametrize("order", [1, -1])
def test_rules_that_hardly_any_answer_keeps_together(with_rules, rules, order):
    (finding,) = contradictions(with_rules(*rules[::order]))
    assert finding.code == "RW004"


@pytest.mark.parametrize("rules", CONSISTENT, ids=" / ".join)
@pytest.mark.parametrize("order", [1, -1])
def test_rules_that_some_answer_keeps(with_rules, rules, order):
    assert found(with_rules(*rules[::order])) == []


def test_phrases_of_several_rules_that_do_not_fit_together(with_rules):
    opens = "check: opens_with, phrases: [您好，我是小禾]"
    closes = "check: closes_with, phrases: [祝您阅读愉快]"
    (finding,) = contradictions(
        with_rules(opens, closes, "check: max_length, unit: han, max: 11", "check: no_emoji")
    )
    assert finding.code == "RW003"
    assert all(name in finding.message for name in ("r1", "r2", "r3"))
    assert found(with_rules(opens, closes, "check: max_length, unit: han, max: 12")) == []


def test_a_phrase_that_leaves_a_language_no_room(with_rules):
    english = "check: must_include, phrases: [I cannot give you any legal advice]"
    chinese = "check: language, language: zh, share: 0.7"
    room = "check: max_length, unit: words, max"
    (finding,) = contradictions(with_rules(english, chinese, f"{room}: 23"))
    assert finding.code == "RW004"
    assert "needs 24 words in all" in finding.message
    assert found(with_rules(english, chinese, f"{room}: 24")) == []
    (finding,) = contradictions(
        with_rules(english, chinese, "check: max_length, unit: han, max: 9")
    )
    assert finding.code == "RW004"


def test_options_that_different_rules_forbid(with_rules):
    greets = "check: opens_with, phrases: [Hi!, 嗨]"
    others = ("check: never_matches, pattern: '!'", "check: never_say, phrases: [嗨]")
    (finding,) = contradictions(with_rules(greets, *others))
    assert finding.code == "RW003"
    assert (
        """requires "Hi!" or "嗨", which breaks 'r2' (never_matches) and 'r3'""" in finding.message
    )
    assert found(with_rules(greets, others[0])) == found(with_rules(greets, others[1])) == []


SCENARIOS = "scenarios:\n- {id: a}\n- {id: b}\n- {id: c}\n"


def test_the_scenarios_are_named(load):
    rules = (
        "rules:\n- {id: low, check: min_length, unit: words, min: 9, scenarios: [a, b]}\n"
        "- {id: high, check: max_length, unit: words, max: 8}\n"
    )
    (finding,) = contradictions(load(rules + SCENARIOS))
    assert finding.message == (
        "at least 9 words (low) and at most 8 words (high), in the scenarios 'a', 'b'"
    )
    assert finding.place.key == "rules.low"


def test_rules_of_different_scenarios_do_not_meet(load):
    rules = (
        "rules:\n- {id: y, check: refuses, scenarios: [a]}\n"
        "- {id: n, check: does_not_refuse, scenarios: [b, c]}\n"
    )
    assert found(load(rules + SCENARIOS)) == []


def test_only_the_limits_that_exclude_each_other_are_named(with_rules):
    least = "check: min_length, unit: words, min"
    several = contradictions(
        with_rules(f"{WORDS}: 50", f"{least}: 9", f"{WORDS}: 8", f"{least}: 8")
    )
    assert [finding.message for finding in several] == [
        "at least 9 words (r2) and at most 8 words (r3)"
    ]


def test_a_verifier_that_nothing_is_known_of(with_rules, monkeypatch):
    from rolewright.verifiers import registry
    from rolewright.verifiers.verdict import Verdict

    monkeypatch.setattr(registry, "_VERIFIERS", dict(registry._VERIFIERS))

    @registry.verifier("no_comma")
    def no_comma(text, conversation):
        return Verdict("," not in text, "")

    (finding,) = contradictions(
        with_rules("check: must_include, phrases: ['Well, well']", "check: no_comma")
    )
    assert (finding.code, finding.severity) == ("RW004", "warning")
    assert "in every ordinary answer" in finding.message
    assert found(with_rules("check: must_include, phrases: [Well]", "check: no_comma")) == []
