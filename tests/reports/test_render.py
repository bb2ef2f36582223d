import base64
import copy
import hashlib
import json
import re

import pytest

from rolewright.reports.render import render_report

HOSTILE = "<script>alert('x')</script> \"quoted\" & </script></style> 中文 مرحبا 🍵"


@pytest.fixture(params=["en", "zh"])
def language(request):
    return request.param


def test_whole_report_is_well_formed(inputs, language, parse):
    page = parse(render_report(inputs, language))
    sections = [section["id"] for section in page.find("section") if section.get("id")]
    assert sections == [
        "verdict",
        "system",
        "adherence",
        "training",
        "confidence",
        "transcripts",
    ]
    assert page.find("html")[0]["lang"] == {"en": "en", "zh": "zh-Hans"}[language]


def test_ids_are_unique_and_every_internal_link_has_its_target(inputs, language, parse):
    page = parse(render_report(inputs, language))
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [link["href"] for link in page.find("a")]
    assert len(links) > 10
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_nothing_is_loaded_and_only_our_script_may_run(inputs, change, language, parse):
    html = render_report(change(inputs, model='https://x.test/m" src="https://x.test'), language)
    page = parse(html)
    for tag, attributes, _ in page.elements:
        for name in {"src", "href", "srcset", "action", "data", "poster"} & attributes.keys():
            assert attributes[name].startswith(("#", "data:,")), (tag, attributes)
    (style,) = page.find("style")
    assert not re.search(r"url\(|@import", style["text"])
    (script,) = page.find("script")
    assert "http" not in script["text"]
    digest = base64.b64encode(hashlib.sha256(script["text"].encode()).digest()).decode()
    policy = next(m["content"] for m in page.find("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}'" in policy


def _poison(value):
    """Every string that a user or a model writes becomes hostile; names of the schema stay."""
    kept = {"arm", "verdict", "baseline", "treatment", "schema"}
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
    assert len(page.find("script")) == 1
    assert page.find("h1")[0]["text"] == HOSTILE
    assert HOSTILE in page.find("div", class_="output")[0]["text"]
    assert json.loads(page.find("div", class_="reply")[0]["data-broken"]) == [HOSTILE]
    assert page.find("table", class_="mistakes")[0]["text"].count(HOSTILE) >= 30


def test_long_answers_are_clamped_but_whole(inputs, change, parse, language):
    answer = "很长的回答。" * 900
    samples = [{**inputs.samples[0], "output": answer}, inputs.samples[1]]
    page = parse(render_report(change(inputs, samples=samples), language))
    long, short = page.find("div", class_="output")
    assert long["text"] == answer
    assert "long" in long["class"].split()
    assert long["tabindex"] == "0"
    assert "long" not in short["class"].split()


def test_spans_are_marked_at_their_characters(inputs, parse, language):
    page = parse(render_report(inputs, language))
    (mark,) = page.find("mark")
    assert mark["text"] == "🍵de"
    assert mark["title"] == "short: too long"
    assert page.find("div", class_="output")[0]["text"] == "ab🍵de fgh"


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


def test_filters_wait_for_the_script_and_answers_do_not(inputs, parse, language):
    page = parse(render_report(inputs, language))
    assert "hidden" in page.find("div", id="filters")[0]
    (prompt,) = page.find("article", class_="prompt")
    assert "hidden" not in prompt
    assert prompt["id"] == "prompt-eval.jsonl-1"
    arms = [column["data-arm"] for column in page.find("section", class_="reply-column")]
    assert arms == ["base", "base+role", "tuned+role"]
    options = {option["value"] for option in page.find("option")}
    assert options == {"", "any", "rule:short", *arms}


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


def test_scenarios_can_be_chosen(inputs, change, parse):
    samples = [{**sample, "scenario": "capital"} for sample in inputs.samples]
    page = parse(render_report(change(inputs, samples=samples), "en"))
    assert "capital" in {option["value"] for option in page.find("option")}
    assert page.find("article")[0]["data-scenario"] == "capital"
