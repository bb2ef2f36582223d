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
    ("check: punctuation_width, width: half", "check: ends_with_punctuation, marks: [。]"),
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
    # what a rule implies, and verifiers of persona, secrets and notation
    ("check: ai_disclosure, mode: always", "check: ai_disclosure, mode: never"),
    ("check: ai_disclosure, mode: when_asked", "check: ai_disclosure, mode: never"),
    ("check: must_include, phrases: [I am an AI]", "check: ai_disclosure, mode: never"),
    ("check: refuses_topic, redirect: [ask the desk]", "check: never_say, phrases: [desk]"),
    ("check: refuses_topic, forbidden: [dosage]", "check: must_include, phrases: [dosage]"),
    (
        "check: refuses_topic, topics: [pills], forbidden: [dosage]",
        "check: must_include, phrases: [dosage]",
    ),
    ("check: refuses_topic", "check: answers_in_scope"),
    ("check: refuses_topic, topics: [pills]", "check: does_not_refuse"),
    ("check: answers_in_scope, redirect: [请找馆员]", "check: must_include, phrases: [请找馆员]"),
    ("check: answers_in_scope, expected: [喵]", "check: never_say, phrases: [喵]"),
    ("check: answers_in_scope", "check: refuses"),
    (
        "check: disclaimer_when, triggers: [用药], disclaimers: [请遵医嘱], where: user",
        "check: never_say, phrases: [医嘱]",
    ),
    ("check: keeps_secret, secrets: [heron7]", "check: must_include, phrases: [heron7]"),
    ("check: register_banned", "check: must_include, phrases: [yyds]"),
    ("check: tone_markers, markers: [呀], max: 0", "check: must_include, phrases: [好呀]"),
    ("check: ordered_template, headings: [结论, 理由]", "check: single_line"),
    ("check: ordered_template, headings: [结论, 理由]", "check: never_say, phrases: [结论]"),
    ("check: json_schema, schema: {type: array}", "check: json_object"),
    (
        "check: json_schema, schema: {properties: {a: {}}, additionalProperties: false}",
        "check: json_object, required_keys: [b]",
    ),
    (
        "check: json_schema, schema: {type: object, required: [answer]}",
        "check: never_say, phrases: [answer]",
    ),
    ("check: date_format, styles: [YYYY-MM-DD]", "check: must_include, phrases: [2024/05/01]"),
    (
        "check: currency_format, marks: [元], position: after",
        "check: must_include, phrases: [costs $5]",
    ),
    ("check: no_placeholders", "check: must_include, phrases: ['[Your Name]']"),
    ("check: asks_back", "check: max_questions, max: 0"),
    ("check: markdown_required, elements: [heading]", "check: no_markdown"),
    ("check: 'format:emoji'", "check: no_emoji"),
    ("check: opens_with, phrases: [Great question]", "check: never_opens_with, phrases: [great]"),
    (
        "check: closes_with, phrases: [希望对您有帮助。]",
        "check: never_closes_with, phrases: [有帮助]",
    ),
    ("check: han_latin_spacing, space: required", "check: must_include, phrases: [用Python写]"),
    ("check: 'punctuation:no_comma'", "check: must_include, phrases: ['Well, well']"),
    ("check: 'format:no_whitespace'", "check: must_include, phrases: ['two words']"),
    (
        "check: 'keywords:existence', keywords: [cat]",
        "check: never_say, phrases: [cat], whole_words: false",
    ),
    (
        "check: 'keywords:forbidden_words', forbidden_words: [cat]",
        "check: must_include, phrases: [cat]",
    ),
    (
        "check: 'keywords:frequency', keyword: cat, frequency: 3, relation: at least",
        "check: 'keywords:frequency', keyword: Cat, frequency: 3, relation: less than",
    ),
    (
        "check: 'length_constraints:number_words', num_words: 50, relation: at least",
        "check: 'length_constraints:number_words', num_words: 20, relation: less than",
    ),
    (
        "check: 'length_constraints:number_words', num_words: 50, relation: at least, unit: han",
        "check: max_length, unit: han, max: 20",
    ),
    (
        "check: 'detectable_format:number_bullet_lists', num_bullets: 3",
        "check: 'detectable_format:number_bullet_lists', num_bullets: 4",
    ),
    ("check: first_person, pronouns: [朕], required: true", "check: never_say, phrases: [朕]"),
    ("check: think_hygiene", "check: must_include, phrases: ['<think>']"),
    (
        "check: 'startend:end_checker', end_phrase: 'Bye now'",
        "check: never_say, phrases: [bye], whole_words: false",
    ),
    ("check: exact_answer, options: [我知道。]", "check: first_person, pronouns: [朕]"),
    # Latin letters beside Chinese ones
    ("check: must_include, phrases: [As an AI language model]", "check: no_meta_talk"),
    (
        "check: must_include, phrases: [Valid from 3 May 2026]",
        "check: date_format, styles: [YYYY-MM-DD]",
    ),
    # forms of the whole answer
    ("check: 'change_case:english_capital'", "check: 'change_case:english_lowercase'"),
    ("check: 'change_case:english_lowercase'", "check: language, language: zh"),
    ("check: 'language:response_language', language: zh", "check: language, language: en"),
    (
        "check: 'language:response_language', language: ru",
        "check: 'language:response_language', language: fr",
    ),
    ("check: 'startend:quotation'", "check: opens_with, phrases: [Dear customer]"),
    ("check: 'startend:quotation'", "check: closes_with, phrases: [Bye]"),
    ("check: 'startend:quotation'", "check: json_object"),
    ("check: 'startend:quotation'", "check: json_schema, schema: {type: array}"),
    ("check: json_object, fence: false", "check: markdown_required, elements: [heading]"),
    ("check: json_object", "check: markdown_required, elements: [table, bullet], mode: any"),
    ("check: json_object, fence: false", "check: markdown_required, elements: [code block]"),
    # counts
    ("check: 'count:numbers', N: 3", "check: never_matches, pattern: '[0-9]'"),
    (
        "check: 'detectable_format:multiple_sections', section_spliter: Part, num_sections: 2",
        "check: never_say, phrases: [part], whole_words: false",
    ),
    (
        "check: 'change_case:capital_word_frequency', capital_frequency: 2, "
        "capital_relation: at least",
        "check: 'change_case:english_lowercase'",
    ),
    ("check: ordered_template, headings: [Summary, Details, Outlook]", f"{WORDS}: 2"),
    ("check: 'format:no_whitespace'", "check: min_length, unit: paragraphs, min: 2"),
    (
        "check: 'length_constraints:nth_paragraph_first_word', num_paragraphs: 3, "
        "nth_paragraph: 1, first_word: dear",
        "check: single_line",
    ),
    (
        "check: json_object, required_keys: [customer, delivery], fence: false",
        "check: max_length, unit: characters, max: 20",
    ),
    (
        "check: min_length, unit: words, min: 9",
        "check: 'count:word_count_range', min_words: 1, max_words: 8",
    ),
    ("check: matches, pattern: '^Answer:'", "check: never_say, phrases: [answer]"),
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
    (
        "check: first_person, pronouns: [朕], required: true",
        "check: first_person, pronouns: [本宫]",
    ),
    ("check: must_include, phrases: [我知道]", "check: first_person, pronouns: [朕]"),
    ("check: must_include, phrases: [老夫知道]", "check: first_person, pronouns: [朕]"),
    ("check: unit_system, units: metric", "check: must_include, phrases: [5 miles]"),
    ("check: min_length, unit: sentences, min: 3", f"{WORDS}: 2"),
    ("check: bullet_list, min: 5", f"{WORDS}: 4"),
    (
        "check: 'length_constraints:number_words', num_words: 50, relation: at least",
        f"{WORDS}: 20",
    ),
    ("check: tone_markers, markers: [呀], min: 2", "check: never_say, phrases: [呀]"),
    ("check: asks_back", "check: ends_with_punctuation, marks: [。]"),
    ("check: 'detectable_format:number_bullet_lists', num_bullets: 3", "check: no_markdown"),
    (
        "check: 'detectable_format:number_highlighted_sections', num_highlights: 2",
        "check: no_markdown",
    ),
    (
        "check: 'detectable_content:number_placeholders', num_placeholders: 2",
        "check: no_placeholders",
    ),
    (
        "check: 'language:response_language', language: fr",
        "check: 'language:response_language', language: de",
    ),
]
CONSISTENT = [
    ("check: 'change_case:english_lowercase'", "check: must_include, phrases: [Thank you]"),
    ("check: 'change_case:english_capital'", "check: language, language: en"),
    ("check: 'change_case:english_lowercase'", "check: language, language: zh, share: 0.3"),
    ("check: 'language:response_language', language: fr", "check: language, language: en"),
    ("check: 'startend:quotation'", "check: json_schema, schema: {type: string}"),
    ("check: 'startend:quotation'", "check: opens_with, phrases: ['\"Well']"),
    ("check: json_object", "check: markdown_required, elements: [bold text]"),
    ("check: json_object", "check: markdown_required, elements: [code block]"),
    (
        "check: json_object, fence: false",
        "check: markdown_required, elements: [link, table], mode: any",
    ),
    ("check: 'count:numbers', N: 3", "check: never_matches, pattern: '[3-9]'"),
    ("check: 'detectable_format:number_bullet_lists', num_bullets: 0", "check: no_markdown"),
    ("check: tone_markers, markers: [呀, 哦], min: 2", "check: never_say, phrases: [呀]"),
    ("check: bullet_list, min: 0, max: 0", "check: json_object"),
    ("check: ordered_template, headings: [Summary, Details]", f"{WORDS}: 2"),
    (
        "check: json_object, required_keys: [customer, delivery]",
        "check: max_length, unit: characters, max: 20",
    ),
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
    (
        "check: disclaimer_when, triggers: [投资], disclaimers: [咨询]",
        "check: must_include, phrases: [投资]",
    ),
    (
        "check: disclaimer_when, triggers: [投资], disclaimers: [风险], where: answer",
        "check: never_say, phrases: [风险]",
    ),
    ("check: tone_markers, markers: [呀], max: 2", "check: must_include, phrases: [好呀]"),
    ("check: keeps_script, script: traditional", "check: must_include, phrases: [苹果]"),
    ("check: punctuation_width, width: half", "check: must_include, phrases: [你好，世界]"),
    ("check: punctuation_width, width: full", "check: must_include, phrases: ['你好,世界']"),
    ("check: punctuation_width, width: full", "check: ends_with_punctuation, marks: [。, '.']"),
    ("check: punctuation_width, width: half", "check: ends_with_punctuation, marks: [。, '.']"),
    ("check: han_latin_spacing, space: none", "check: must_include, phrases: [用Python写]"),
    ("check: refuses_topic, topics: [pills]", "check: answers_in_scope, topics: [books]"),
    (
        "check: refuses_topic, topics: [pills], forbidden: [dosage]",
        "check: must_say_when, triggers: [books], phrases: [dosage]",
    ),
    ("check: asks_back", "check: max_questions, max: 1"),
    ("check: json_schema, schema: {type: object}", "check: json_object, required_keys: [b]"),
    ("check: json_schema, schema: {type: integer}", "check: json_schema, schema: {type: number}"),
    ("check: json_schema, schema: {enum: [1,2]}", "check: max_length, unit: words, max: 5"),
    ("check: ordered_template, headings: [结论, 理由]", "check: no_markdown"),
    ("check: ordered_template, headings: [结论]", "check: single_line"),
    ("check: markdown_required, elements: [heading, bullet], mode: any", "check: single_line"),
    ("check: 'format:emoji'", "check: no_final_period"),
    ("check: opens_with, phrases: [Great]", "check: never_opens_with, phrases: [great question]"),
    ("check: closes_with, phrases: [喵]", "check: never_closes_with, phrases: [您喵]"),
    ("check: first_person, pronouns: [我]", "check: must_include, phrases: [我们]"),
    ("check: ai_disclosure, mode: always", "check: no_meta_talk"),
    ("check: ai_disclosure, mode: always", "check: never_base_identity"),
    ("check: ai_disclosure, mode: always", "check: first_person, pronouns: [朕]"),
    ("check: date_format, styles: [YYYY-MM-DD]", "check: must_include, phrases: ['2024-05-01']"),
    (
        "check: 'keywords:frequency', keyword: cat, frequency: 3, relation: at least",
        "check: catchphrase_rate, phrase: cat, max: 1",
    ),
    (
        "check: currency_format, marks: ['$'], position: before",
        "check: must_include, phrases: [costs $5]",
    ),
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
