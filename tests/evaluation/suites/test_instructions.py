import pytest

from rolewright.evaluation.arms import BASE, TUNED
from rolewright.evaluation.suites.instructions.catalogue import build_probes, read_catalogue
from rolewright.evaluation.suites.instructions.instructions import instructions
from rolewright.verifiers import find_verifier, judge_instructions, verifier_names

LANGUAGES = ("en", "zh")
CAPITALS = "ONE TWO THREE"
SENTENCES = {"en": "One. Two.", "zh": "一。二。"}


def answer_to(instruction, language):
    """An answer that follows an instruction, made by hand from its arguments."""
    a = instruction["arguments"]
    return {
        "keywords:existence": lambda: " ".join(a["keywords"]),
        "keywords:frequency": lambda: " ".join([a["keyword"]] * a["frequency"]),
        "keywords:forbidden_words": lambda: "ok",
        "keywords:letter_frequency": lambda: "z" * 4,
        "language:response_language": lambda: {"fr": "Il est dans la maison.", "en": "The cat."}[
            a["language"]
        ],
        "length_constraints:number_words": lambda: (
            "x" if a["relation"] == "less than" else "字 " * a["num_words"]
        ),
        "length_constraints:number_sentences": lambda: SENTENCES[language],
        "length_constraints:number_paragraphs": lambda: "one\n***\ntwo",
        "length_constraints:nth_paragraph_first_word": lambda: f"one\n\n{a['first_word']}\n\nx",
        "detectable_content:number_placeholders": lambda: "[a] [b]",
        "detectable_content:postscript": lambda: f"x\n{a['postscript_marker']} y",
        "detectable_format:number_bullet_lists": lambda: "* a\n* b\n* c",
        "detectable_format:constrained_response": lambda: a.get("options", ["My answer is maybe."])[
            -1
        ],
        "detectable_format:number_highlighted_sections": lambda: "*a* *b*",
        "detectable_format:multiple_sections": lambda: "\n".join(
            f"{a['section_spliter']} {n}" for n in (1, 2)
        ),
        "detectable_format:json_format": lambda: "{}",
        "detectable_format:title": lambda: "<<title>>" if language == "en" else "《标题》\nx",
        "combination:two_responses": lambda: "one\n******\ntwo",
        "combination:repeat_prompt": lambda: a["prompt_to_repeat"] + " x",
        "startend:end_checker": lambda: f"x {a['end_phrase']}",
        "startend:quotation": lambda: "“x”",
        "change_case:capital_word_frequency": lambda: CAPITALS,
        "change_case:english_capital": lambda: "THE CAT IS IN THE HOUSE.",
        "change_case:english_lowercase": lambda: "the cat is in the house.",
        "punctuation:no_comma": lambda: "x",
    }[instruction["id"]]()


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_ifeval_can_be_asked_for_and_followed(language, talk):
    catalogue = read_catalogue(language)
    families = {each.id.partition(":")[0] for each in catalogue.instructions}
    known = {name for name in verifier_names() if name.partition(":")[0] in families}
    # IFBench names some of its own within IFEval's families; those are not asked for.
    asked = {each.id for each in catalogue.instructions}
    assert len(asked) == 25
    assert asked <= known
    for each in catalogue.instructions:
        arguments = each.arguments_for("Request.")
        answer = answer_to({"id": each.id, "arguments": arguments}, language)
        [verdict] = judge_instructions(answer, talk("Request."), [each.id], [arguments])
        assert verdict.passed, (each.id, verdict.evidence)
        [verdict] = judge_instructions("", talk("Request."), [each.id], [arguments])
        assert not verdict.passed


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_are_judged_by_are_said(language):
    for each in read_catalogue(language).instructions:
        for name, value in each.arguments.items():
            if not name.endswith("relation") and name not in {"language", "unit"}:
                texts = value if isinstance(value, list) else [value]
                assert all(text in each.says for text in texts if isinstance(text, str)), each.id


def test_requests_of_both_languages_are_as_many():
    english, chinese = map(read_catalogue, LANGUAGES)
    assert len(set(english.requests)) == len(set(chinese.requests)) == 60
    assert [each.id for each in english.instructions] == [each.id for each in chinese.instructions]
    assert [each.alone for each in english.instructions] == [
        each.alone for each in chinese.instructions
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_instructions_are_combined_where_an_answer_can_follow_both(language):
    catalogue = read_catalogue(language)
    alone = {each.id for each in catalogue.instructions if each.alone}
    probes = build_probes(catalogue, 60)
    assert len({probe.turns[0].text for probe in probes}) == 60
    pairs = [
        probe.facts["instructions"] for probe in probes if len(probe.facts["instructions"]) > 1
    ]
    assert len(pairs) >= 15
    for pair in pairs:
        assert len(pair) == len({id_.partition(":")[0] for id_ in pair}) == 2
        assert not alone & set(pair)
    said = [each.says.partition("{request}")[0] for each in catalogue.instructions]
    uses = [sum(text in probe.turns[0].text for probe in probes) for text in said]
    assert max(uses) - min(uses) <= 1
    assert build_probes(catalogue, 60) == probes != build_probes(catalogue, 60, seed=1)
    assert len(build_probes(catalogue, 14)) == 14


@pytest.fixture
def suite(role):
    return instructions(role, number=40)


def following(suite, language="en"):
    """A behaviour that follows the single instructions."""
    probes = {probe.id: probe for probe in suite.probes}

    def behave(conversation):
        facts = probes[conversation.id].facts
        if len(facts["instructions"]) > 1:
            return ""
        one = {"id": facts["instructions"][0], "arguments": facts["arguments"][0]}
        return answer_to(one, language)

    return behave


def test_figures_count_requests_and_instructions(suite, figures):
    found = figures(suite, None, **{BASE: following(suite)})["arms"][BASE]
    single = sum(len(probe.facts["instructions"]) == 1 for probe in suite.probes)
    every = sum(len(probe.facts["instructions"]) for probe in suite.probes)
    strict = found["strict"]
    assert (strict["prompts"]["passed"], strict["prompts"]["total"]) == (single, 40)
    assert (strict["instructions"]["passed"], strict["instructions"]["total"]) == (single, every)


def test_loose_forgives_an_opening_line(role, figures):
    suite = instructions(role, number=14)
    follow = following(suite)
    found = figures(suite, None, **{BASE: lambda c: f"Sure, here it is:\n{follow(c)}"})["arms"][
        BASE
    ]
    plain = figures(suite, None, **{BASE: follow})["arms"][BASE]
    assert found["strict"]["prompts"]["passed"] < plain["strict"]["prompts"]["passed"]
    assert found["loose"]["prompts"]["passed"] == plain["strict"]["prompts"]["passed"]


def test_the_role_s_language_is_asked_in(role):
    from dataclasses import replace

    [probe, *_] = instructions(replace(role, language="zh-CN"), number=1).probes
    assert probe.turns[0].text[0] > "一"


def test_what_training_clearly_cost_is_an_objection(suite, figures):
    worse = figures(suite, None, **{BASE: following(suite), TUNED: lambda _: ""})
    assert worse["no_worse"] is False
    [objection] = suite.objections(worse)
    assert objection.kind == "instructions_lost"
    assert objection.values["high_points"] < 0
    assert "points on 40 requests" in objection.as_record(suite.name)["text"]
    same = figures(suite, None, **{BASE: following(suite), TUNED: following(suite)})
    assert same["difference"]["difference"] == 0
    assert suite.objections(same) == []
    alone = figures(suite, None, **{BASE: following(suite)})
    assert alone["difference"] is alone["no_worse"] is None
    assert suite.objections(alone) == []


def test_verdicts_have_the_names_of_the_instructions(suite, talk):
    from rolewright.evaluation.targets.target import Reply

    probe = suite.probes[0]
    verdicts = suite.judge(probe, talk("Q"), Reply("text", 1, 1, True))
    assert list(verdicts) == probe.facts["instructions"]
    assert all(find_verifier(name) for name in verdicts)
