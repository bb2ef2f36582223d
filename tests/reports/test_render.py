import base64
import copy
import hashlib
import json
import re

import pytest

from rolewright.evaluation.objections.objection import Objection
from rolewright.reports.render import render_report

HOSTILE = "<script>alert('x')</script> \"quoted\" & </script></style> 中文 مرحبا 🍵"
HOSTILE_RULE = {"rule": HOSTILE, "tuned": 0.4, "base": 0.9, "p_value": 0.01, "rules": 3}


@pytest.fixture(params=["en", "zh"])
def language(request):
    return request.param


def test_whole_report_is_well_formed(all_suites, language, parse):
    page = parse(render_report(all_suites, language))
    sections = [section["id"] for section in page.find("section") if section.get("id")]
    assert sections == [
        "verdict",
        "system",
        "adherence",
        "suite-stability",
        "suite-override",
        "suite-leakage",
        "suite-over-role",
        "suite-consistency",
        "suite-paraphrases",
        "suite-switching",
        "suite-instructions",
        "suite-perplexity",
        "suite-general-ability",
        "suite-new-suite-",
        "training",
        "confidence",
        "transcripts",
    ]
    assert page.find("html")[0]["lang"] == {"en": "en", "zh": "zh-Hans"}[language]


def test_ids_are_unique_and_every_internal_link_has_its_target(all_suites, language, parse):
    page = parse(render_report(all_suites, language))
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [link["href"] for link in page.find("a")]
    assert len(links) > 10
    assert {link.removeprefix("#").split("?")[0] for link in links} <= set(ids)


def test_nothing_is_loaded_and_only_our_script_may_run(inputs, change, language, parse):
    html = render_report(change(inputs, model='https://x.test/m" src="https://x.test'), language)
    page = parse(html)
    for tag, attributes, _ in page.elements:
        for name in {"src", "href", "srcset", "action", "data", "poster"} & attributes.keys():
            assert attributes[name].startswith(("#", "data:,")), (tag, attributes)
    (style,) = page.find("style")
    assert not re.search(r"url\(|@import", style["text"])
    data, script = page.find("script")
    assert data["type"] == "application/json"
    assert "http" not in script["text"]
    digest = base64.b64encode(hashlib.sha256(script["text"].encode()).digest()).decode()
    policy = next(m["content"] for m in page.find("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}'" in policy


def _poison(value):
    """Every string that a user or a model writes becomes hostile; names of the schema stay."""
    kept = {"arm", "suite", "verdict", "baseline", "treatment", "schema"}
    if isinstance(value, dict):
        return {k: v if k in kept else _poison(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_poison(item) for item in value]
    return HOSTILE if isinstance(value, str) else value


def test_everything_written_by_others_is_escaped(inputs, change, language, parse):
    hostile = change(
        inputs,
        role=HOSTILE,
        system=HOSTILE,
        model=HOSTILE,
        created=HOSTILE,
        evaluation=_poison(inputs.evaluation),
        samples=_poison(inputs.samples),
        calibration=_poison(inputs.calibration),
    )
    html = render_report(hostile, language)
    page = parse(html)
    assert "<script>alert" not in html
    data, _ = page.find("script")
    assert page.find("h1")[0]["text"] == HOSTILE
    (entry,) = json.loads(data["text"])["entries"]
    assert entry["turns"][0]["asked"] == HOSTILE
    reply = entry["turns"][0]["columns"][0]["replies"][0]
    assert reply["failed"] == [[HOSTILE, HOSTILE]]
    assert page.find("table", class_="mistakes")[0]["text"].count(HOSTILE) >= 30


def test_names_and_figures_of_suites_are_escaped(all_suites, change, language, parse):
    evaluation = {
        **all_suites.evaluation,
        "suites": {HOSTILE: {HOSTILE: {"rate": 0.5, "low": 0.1, "high": 0.9}, "x": HOSTILE}},
        "objections": [Objection("rule_worse", HOSTILE_RULE).as_record(HOSTILE)],
    }
    samples = [
        {**each, "suite": HOSTILE, "arm": HOSTILE, "facts": {HOSTILE: HOSTILE, "family": HOSTILE}}
        for each in all_suites.samples
    ]
    html = render_report(change(all_suites, evaluation=evaluation, samples=samples), language)
    page = parse(html)
    assert "<script>alert" not in html
    assert len(page.find("script")) == 2
    options = [option["value"] for option in page.find("option")]
    assert options.count(HOSTILE) == 3  # suite, arm, family


@pytest.mark.parametrize(
    ("field", "empty", "gone"),
    [
        ("evaluation", None, {"verdict", "adherence"}),
        ("training", [], {"training"}),
        ("calibration", None, {"confidence"}),
        ("samples", [], {"transcripts"}),
    ],
)
def test_sections_without_inputs_are_left_out(inputs, change, parse, field, empty, gone):
    whole = parse(render_report(inputs, "en"))
    page = parse(render_report(change(inputs, **{field: empty}), "en"))

    def sections(of):
        return {section["id"] for section in of.find("section") if section.get("id")}

    assert sections(whole) - sections(page) == gone
    assert not {f"#{name}" for name in gone} & {link["href"] for link in page.find("a")}


def test_base_model_alone_has_no_difference(inputs, change, parse):
    evaluation = copy.deepcopy(inputs.evaluation)
    del evaluation["arms"]["tuned+role"]
    evaluation |= {"paired": None, "verdict": "base model only"}
    page = parse(render_report(change(inputs, evaluation=evaluation, samples=[]), "en"))
    assert page.find("p", class_="headline")[0]["text"].startswith("Base model only")
    assert not page.find("figure", id="figure-difference")
    assert page.find("figure", id="figure-all-rules")
    assert "tuned" not in page.find("dl", class_="tiles")[0]["text"]


@pytest.mark.parametrize(
    ("verdict", "sign", "headline"),
    [
        ("took hold", "✓", {"en": "The role took hold", "zh": "角色已经立住"}),
        ("not proven", "?", {"en": "Not proven", "zh": "尚未得到证明"}),
        ("base model only", "–", {"en": "Base model only", "zh": "仅评测了基座模型"}),
    ],
)
def test_verdict_is_told_by_sign_and_words(
    inputs, change, parse, language, verdict, sign, headline
):
    evaluation = {**inputs.evaluation, "verdict": verdict}
    page = parse(render_report(change(inputs, evaluation=evaluation), language))
    box = page.find("div", class_="verdict")[0]["text"]
    assert box.strip().startswith(sign)
    assert headline[language] in box
    assert str(inputs.evaluation["paired"]["pairs"]) in box


def test_role_without_system_text_says_so(inputs, change, parse):
    page = parse(render_report(change(inputs, system=None, evaluation=None), "en"))
    assert "No system text" in page.find("section", id="system")[0]["text"]


def test_effective_system_texts_name_their_arms(inputs, parse):
    page = parse(render_report(inputs, "en"))
    role, base = (box["text"].split() for box in page.find("div", class_="system"))
    assert " ".join(role) == "The role's own text Given to: base + role tuned + role Be brief."
    assert "base No system text." in " ".join(base)


def test_filters_wait_for_the_script(all_suites, parse, language):
    page = parse(render_report(all_suites, language))
    assert "hidden" in page.find("div", id="filters")[0]
    assert "log.jsonl" in page.find("noscript")[0]["text"]
    selects = [select["id"] for select in page.find("select")]
    assert selects == ["filter-suite", "filter-arm", "filter-outcome", "filter-check",
                       "filter-scenario"]  # fmt: skip


def test_lone_surrogates_do_not_stop_the_file_from_being_written(inputs, change):
    html = render_report(change(inputs, role="Momo \ud83c"), "en")
    assert "Momo ?" in html.encode("utf-8").decode("utf-8")


def test_calibration_without_graded_answers_keeps_its_measures(inputs, change, parse):
    calibration = {**inputs.calibration, "graded": [], "abstain_below": None}
    page = parse(render_report(change(inputs, calibration=calibration), "en"))
    text = page.find("section", id="confidence")[0]["text"]
    assert "AUROC 0.861, Brier score 0.151, calibration error 0.061" in text
    assert "abstains" not in text
    assert not page.find("figure", id="figure-reliability")


def test_failed_answers_of_a_rule_are_linked(inputs, parse):
    page = parse(render_report(inputs, "en"))
    links = [link["href"] for link in page.find("a", class_="jump")]
    assert links == [
        "#transcripts?suite=adherence&arm=base&check=short",
        "#transcripts?suite=adherence&arm=base%2Brole&check=short",
    ]


def test_what_stands_against_the_verdict_is_told(all_suites, change, language, parse):
    evaluation = {
        **all_suites.evaluation,
        "verdict": "not proven",
        "trained_prompts": 3,
        "objections": [Objection("system_leaks", {"passed": 8, "total": 13}).as_record("leakage")],
        "advice": [
            {"rule": "short", "scenario": "off-topic", "broken": 2, "total": 5, "prompts": []}
        ],
    }
    page = parse(render_report(change(all_suites, evaluation=evaluation), language))
    box = page.find("div", class_="verdict")[0]["text"]
    assert {"en": "leaks to 8 of 13 requests", "zh": "有 8 条套出了系统提示"}[language] in box
    assert {"en": "3 of the prompts were trained on", "zh": "3 条提示曾用于训练"}[language] in box
    assert "off-topic" in page.find("section", id="verdict")[0]["text"]


def test_rules_tell_what_training_changed(inputs, parse, language):
    page = parse(render_report(inputs, language))
    row = next(row for row in page.find("tr") if "p = 0.012" in row["text"])
    assert "short" in row["text"]
    assert "+75 p = 0.012" in row["text"]
    assert {"en": "better", "zh": "变好"}[language] in row["text"]


def test_what_was_asked_for_and_left_out_is_told(inputs, change, parse, language):
    share = {"passed": 58, "total": 64, "rate": 58 / 64, "low": 0.8, "high": 0.95}
    none = {"passed": 0, "total": 0, "rate": None, "low": None, "high": None}
    thresholds = [
        {"suite": "adherence", "rule": "short", "least": 0.9, **share, "reached": True},
        {"suite": "override", "rule": None, "least": 0.95, **share, "reached": False},
        {"suite": "adherence", "rule": "never-asked", "least": 0.5, **none, "reached": False},
    ]
    evaluation = {**inputs.evaluation, "thresholds": thresholds, "does_not_fit": {"stability": 7}}
    page = parse(render_report(change(inputs, evaluation=evaluation), language))
    kept, missed, unjudged = (
        item["text"] for item in page.find("li") if item["text"][:1] in {"✓", "✗"}
    )
    assert "short" in kept
    assert "90.6%" in kept
    assert kept[0] == "✓"
    assert {"en": "Attacks", "zh": "攻击"}[language] in missed
    assert missed[0] == "✗"
    assert {"en": "no answer was judged", "zh": "没有回答被评判"}[language] in unjudged
    box = page.find("div", class_="verdict")[0]["text"]
    assert {"en": "Stability: 7 probes", "zh": "稳定性：有 7 个测例"}[language] in box


def test_tiles_lead_to_their_suites(all_suites, parse):
    page = parse(render_report(all_suites, "en"))
    tiles = page.find("dl", class_="tiles")[0]["text"]
    assert "Attacks that break the role" in tiles
    assert "base + role: 45%" in tiles


def test_shares_are_coloured_by_their_size(all_suites, parse):
    page = parse(render_report(all_suites, "en"))
    row = next(row for row in page.find("tr") if row["text"].startswith("Encoding"))
    assert "75%" in row["text"]
    assert {cell["style"] for cell in page.find("td", class_="shade")} >= {"--share: 0.750"}
