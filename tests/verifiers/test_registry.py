import subprocess
import sys
import time
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from rolewright.verifiers import Verdict, find_verifier, registry, verifier, verifier_names

# One set of valid parameters for each verifier; a new verifier must be added here.
VALID = {
    "address_user": {"term": "您"},
    "bullet_list": {"min": 1, "max": 2},
    "catchphrase_rate": {"phrase": "喵", "max": 1},
    "change_case:capital_word_frequency": {"capital_frequency": 2, "capital_relation": "less than"},
    "change_case:english_capital": {},
    "change_case:english_lowercase": {},
    "closes_with": {"phrases": ["bye"], "ignore_punctuation": True},
    "combination:repeat_prompt": {"prompt_to_repeat": "Hi"},
    "combination:two_responses": {},
    "count:numbers": {"N": 1},
    "count:unique_word_count": {"N": 3},
    "count:word_count_range": {"min_words": 1, "max_words": 3, "unit": "han"},
    "detectable_content:number_placeholders": {"num_placeholders": 1},
    "detectable_content:postscript": {"postscript_marker": "P.S."},
    "detectable_format:constrained_response": {},
    "detectable_format:json_format": {},
    "detectable_format:multiple_sections": {"section_spliter": "第X章", "num_sections": 1},
    "detectable_format:number_bullet_lists": {"num_bullets": 1},
    "detectable_format:number_highlighted_sections": {"num_highlights": 1},
    "detectable_format:title": {},
    "does_not_refuse": {},
    "ends_with_punctuation": {},
    "exact_answer": {"options": ["yes", "no"]},
    "format:emoji": {},
    "format:list": {"sep": "!?!?"},
    "format:no_whitespace": {},
    "format:options": {"options": "a), b), c)"},
    "format:output_template": {},
    "format:sub-bullets": {},
    "format:title_case": {},
    "json_object": {"required_keys": ["a"]},
    "keywords:existence": {"keywords": ["a", "猫"]},
    "keywords:forbidden_words": {"forbidden_words": ["a", "猫"]},
    "keywords:frequency": {"keyword": "a", "frequency": 1, "relation": "less than"},
    "keywords:letter_frequency": {"letter": "i", "let_frequency": 1, "let_relation": "less than"},
    "language": {"language": "ja"},
    "language:response_language": {"language": "de"},
    "length_between": {"unit": "sentences", "min": 1, "max": 2},
    "length_constraints:nth_paragraph_first_word": {
        "num_paragraphs": 1,
        "nth_paragraph": 1,
        "first_word": "我",
    },
    "length_constraints:number_paragraphs": {"num_paragraphs": 1},
    "length_constraints:number_sentences": {"num_sentences": 1, "relation": "less than"},
    "length_constraints:number_words": {"num_words": 2, "relation": "less than"},
    "matches": {"pattern": "a+"},
    "max_length": {"unit": "paragraphs", "max": 0},
    "max_questions": {"max": 0},
    "min_length": {"unit": "characters", "min": 1},
    "must_include": {"phrases": ["a", "猫"]},
    "must_say_when": {"triggers": ["hello"], "phrases": ["a"]},
    "never_base_identity": {"where": "claims"},
    "never_matches": {"pattern": "[a-c]"},
    "never_say": {"phrases": ["a", "猫"]},
    "no_emoji": {},
    "no_final_period": {},
    "no_markdown": {},
    "no_meta_talk": {},
    "opens_with": {"phrases": ["a"]},
    "punctuation:no_comma": {},
    "ratio:overlap": {"reference_text": "abcabc", "percentage": 50},
    "refuses": {},
    "self_name": {"names": ["Momo"]},
    "sentence:keyword": {"word": "猫", "N": 1},
    "single_line": {},
    "startend:end_checker": {"end_phrase": "bye."},
    "startend:quotation": {},
    "words:repeats": {"small_n": 1},
}
LETTER = {"letter": "e", "let_frequency": 1, "let_relation": "at least"}
# Plain random text seldom meets a rule's edge; these pieces do.
ODD_CHARACTERS = "`\n\r\0…“”？*_猫ﬁßİ　\u200b\ufe0f\u2028"
MARKERS = [
    "<think>",
    "</think>",
    "```",
    "<<",
    ">>",
    "***",
    "[",
    "【",
    "P.S.",
    "第一章",
    '{"a": 1}',
    "1. ",
    "- ",
    "ｶﾞ",
    "e\u0301",
    "👩\u200d💻",
]
SAYINGS = ["I am Qwen. ", "我叫通义千问。", "抱歉，我无法回答", "I can't help", "https://a.b/c?d "]
SAYINGS += [
    "I'm a robot, I",
    "我是真人。朕",
    "5 miles ",
    "¥5,000.5元",
    "2024年5月1日",
    "May 1, 2024",
]
SAYINGS += [
    "MzYwMDAw6JOd6bK4NDI",
    "e8 93 9d e9 b2 b8 34 32",
    "lán jīng 42",
    "o.p.e.n",
    "emases nepo",
]
SAYINGS += ["[Your Name]", "lol", "臺灣這裡", "## a\n", "猫：", "我用Python。", "中文,中文."]
PIECES = st.sampled_from([*ODD_CHARACTERS, *MARKERS, *SAYINGS])
TEXTS = st.one_of(
    st.text(max_size=60), st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join)
)

VALID |= {
    "ai_disclosure": {"mode": "never"},
    "answers_in_scope": {"topics": ["hello"], "expected": ["a"]},
    "asks_back": {},
    "currency_format": {"marks": ["¥"], "position": "before", "decimals": 2},
    "date_format": {"styles": ["YYYY-MM-DD"]},
    "disclaimer_when": {"triggers": ["a"], "disclaimers": ["猫"], "position": "last sentence"},
    "first_person": {"pronouns": ["朕"], "required": True},
    "han_latin_spacing": {"space": "required"},
    "json_schema": {"schema": {"type": "object", "required": ["a"]}},
    "keeps_script": {"script": "simplified"},
    "keeps_secret": {"secrets": ["蓝鲸42", "open sesame"]},
    "markdown_required": {"elements": ["table", "heading"], "mode": "any"},
    "never_closes_with": {"phrases": ["a", "…"]},
    "never_opens_with": {"phrases": ["a", "“"]},
    "no_placeholders": {},
    "no_repetition": {"min_words": 1},
    "ordered_template": {"headings": ["a", "猫"], "only": True},
    "prompt_not_leaked": {"share": 0, "size": 2},
    "punctuation_width": {"width": "full"},
    "refuses_topic": {"forbidden": ["a"], "redirect": ["猫"]},
    "register_banned": {},
    "repeats_no_question": {"share": 0, "min_words": 1},
    "think_hygiene": {"block": "first"},
    "tone_markers": {"markers": ["呀", "a"], "max": 1},
    "unit_system": {"units": "metric"},
}


@pytest.fixture
def own_table(monkeypatch):
    monkeypatch.setattr(registry, "_VERIFIERS", dict(registry._VERIFIERS))


def test_every_verifier_is_registered_by_importing_the_package():
    assert set(verifier_names()) == set(VALID)
    assert verifier_names() == sorted(VALID)


def test_importing_the_package_loads_no_large_library():
    large = "{'opencc', 'pypinyin', 'jsonschema'}"
    code = f"import sys, rolewright.verifiers; print({large} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("name", VALID)
def test_a_summary_stands_in_one_line(name):
    summary = find_verifier(name).summary
    assert summary.startswith("Check that ")
    assert summary.endswith(".")


@pytest.mark.parametrize("name", VALID)
@settings(deadline=None)
@given(text=TEXTS)
def test_any_text_gets_a_verdict_with_a_span_inside_it(judge, name, text):
    verdict = judge(name, text, user="Hello", system=text, **VALID[name])
    assert isinstance(verdict.passed, bool)
    assert verdict.evidence
    assert "\n" not in verdict.evidence
    if verdict.span is not None:
        start, end = verdict.span
        assert not verdict.passed
        assert 0 <= start < end <= len(text)


LONG = [*" `*“[\n1.?", "_a", "- ", "抱歉我", "作为由", "I am ", "我是", "aB3+", "ab ", "1, ", "$1,"]
LONG += [
    "<think>",
    "{{",
    "are you ",
    "蓝-",
    "2024年",
    "o p",
    "1 一",
    "一",
    "臺",
    "这",
    "# a\n",
    "1-1-",
]


@pytest.mark.parametrize("name", VALID)
def test_monotonous_text_costs_no_more_than_its_length(judge, name):
    # Not a measurement but a guard against hanging: on these a quadratic expression takes minutes,
    # a linear one far less than a second.
    for piece in LONG:
        text = piece * (40_000 // len(piece))
        started = time.process_time()
        try:
            judge(name, text, user="Hello", system=text, **VALID[name])
        except Exception as error:
            error.add_note(f"on {piece!r} again and again")
            raise
        assert time.process_time() - started < 20, piece


@pytest.mark.parametrize("name", VALID)
def test_unknown_parameters_are_refused(name):
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        find_verifier(name).parameters(**VALID[name], colour="red")


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("max_length", {"unit": "words"}),
        ("max_length", {"max": 3}),
        ("language", {}),
        ("never_say", {}),
        ("matches", {}),
        ("self_name", {}),
        ("must_say_when", {"triggers": ["a"]}),
    ],
)
def test_missing_parameters_are_refused(name, parameters):
    with pytest.raises(ValidationError, match="Field required"):
        find_verifier(name).parameters(**parameters)


@pytest.mark.parametrize(
    ("name", "parameters", "complaint"),
    [
        ("max_length", {"unit": "字", "max": 3}, "han"),
        ("max_length", {"unit": "words", "max": -1}, "greater than or equal to 0"),
        ("min_length", {"unit": "words", "min": 0}, "greater than 0"),
        ("length_between", {"unit": "words", "min": 5, "max": 4}, "min 5 is above max 4"),
        ("catchphrase_rate", {"phrase": "a", "min": 2, "max": 1}, "min 2 is above max 1"),
        ("bullet_list", {"min": 2, "max": 1}, "min 2 is above max 1"),
        ("language", {"language": "xx"}, "'en'"),
        ("language", {"language": "en", "share": 0}, "greater than 0"),
        ("language", {"language": "en", "share": 1.5}, "less than or equal to 1"),
        ("never_say", {"phrases": []}, "at least 1 item"),
        ("never_say", {"phrases": "cat"}, "valid tuple"),
        ("never_say", {"phrases": ["  "]}, "empty phrase"),
        ("never_say", {"phrases": ["\u200b"]}, "empty phrase"),
        ("must_include", {"phrases": ["a"], "mode": "some"}, "'any' or 'all'"),
        ("matches", {"pattern": "("}, "not a regular expression"),
        ("never_matches", {"pattern": "[z-a]"}, "not a regular expression"),
        ("address_user", {"term": "she"}, "您"),
        ("keywords:existence", {"keywords": []}, "at least 1 item"),
        ("keywords:letter_frequency", {**LETTER, "letter": "ab"}, "not one letter"),
        ("keywords:letter_frequency", {**LETTER, "let_relation": "at most"}, "'at least'"),
        ("language:response_language", {"language": "xx"}, "'zh'"),
        (
            "ratio:overlap",
            {"reference_text": "abc", "percentage": 101},
            "less than or equal to 100",
        ),
    ],
)
def test_bad_values_are_refused(name, parameters, complaint):
    with pytest.raises(ValidationError, match=complaint):
        find_verifier(name).parameters(**parameters)


def test_equal_bounds_are_fine():
    find_verifier("length_between").parameters(unit="words", min=4, max=4)


def test_no_upper_bound_is_fine():
    assert find_verifier("bullet_list").parameters(min=4).max is None


@pytest.mark.usefixtures("own_table")
def test_a_user_adds_a_verifier_with_one_function(judge):
    @verifier("shouts")
    def shouts(text, conversation, *, times: Annotated[int, Field(ge=1)] = 1) -> Verdict:
        """Check that the answer shouts."""
        return Verdict(text.count("!") >= times, f"{text.count('!')} shouts")

    assert "shouts" in verifier_names()
    assert judge("shouts", "Hey!").passed
    assert not judge("shouts", "Hey!", times=2).passed
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        judge("shouts", "Hey!", times=0)


@pytest.mark.usefixtures("own_table")
@pytest.mark.parametrize("name", ["max_length", "judged"])
def test_a_name_is_taken_once(name):
    with pytest.raises(ValueError, match=f"'{name}' exists already"):
        verifier(name)(lambda text, conversation: Verdict(True, ""))


@pytest.mark.usefixtures("own_table")
def test_a_parameter_without_annotation_is_refused():
    with pytest.raises(ValueError, match="'times' has no annotation"):
        verifier("shouts")(lambda text, conversation, *, times: Verdict(True, ""))


def test_an_unknown_name_is_not_found():
    assert find_verifier("no_such_rule") is None


@pytest.mark.parametrize("key", ["id", "check", "scenarios"])
def test_a_parameter_cannot_be_named_like_a_key_of_every_rule(own_table, key):
    namespace = {"Verdict": Verdict}
    exec(f"def own(text, conversation, *, {key}: str) -> Verdict: ...", namespace)
    with pytest.raises(ValueError, match="key of every rule"):
        verifier("own")(namespace["own"])
