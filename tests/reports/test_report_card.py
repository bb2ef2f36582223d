import dataclasses
import math

import pytest

from rolewright.reports.report_card import CardInputs, render_report_card

HOSTILE = "<script>alert('x')</script> \"quoted\" & </style> 中文 مرحبا \ud83c"
ROUTES = {"softmax": 0.8, "head": 0.9, "fused": 1.0}
KEYS = ("auroc", "brier", "ece", "coverage_at_5_percent_risk")


def route(score, method, cost, low=0.25):
    measured = {key: {"value": 0.5, "low": low, "high": 0.75} for key in KEYS}
    return {
        "score": score,
        "method": method,
        "measures": measured,
        "noise_floor": 0.0421,
        "milliseconds": cost,
    }


def build(number, in_force="fused", promise=None):
    """Every third answer is wrong; each route has its own share of the same trust."""
    routes = {
        "softmax": route("mean_entropy", "isotonic", 0.0312),
        "head": route("head", "platt", 0.25),
        "fused": route("fused", "stacking", 0.2812),
    }
    answers = [
        {
            "question": f"Capital {i}?",
            "answer": "Paris" if i % 3 else "Rome",
            "expected": ("Paris", "巴黎"),
            "correct": bool(i % 3),
            "confidences": {name: share * i / number for name, share in ROUTES.items()},
        }
        for i in range(number)
    ]
    card = {
        "schema": "rolewright.confidence/1",
        "questions": number,
        "accuracy": 0.65,
        "decoding_milliseconds": 151.26,
        "routes": routes,
        "in_force": in_force,
        "threshold": {"confidence": 0.5, "answered": 20, "wrong": 6, "promise": promise},
        "overconfident": [],
    }
    return CardInputs("Momo", "runs/momo", "2026-11-23T10:15:00+00:00", card, answers)


@pytest.fixture(params=["en", "zh"])
def language(request):
    return request.param


def test_the_whole_card_is_well_formed(parse, language):
    page = parse(render_report_card(build(40), language))
    sections = [section["id"] for section in page.find("section") if section.get("id")]
    assert sections == ["summary", "routes", "route-fused", "route-softmax", "route-head"]
    assert page.find("html")[0]["lang"] == {"en": "en", "zh": "zh-Hans"}[language]
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"].removeprefix("#") for link in page.find("a")} <= set(ids)
    for name in ("reliability", "histogram"):
        for key in ROUTES:
            assert page.find("figure", id=f"figure-{name}-route-{key}")
    assert page.find("figure", id="figure-risk")


def test_nothing_is_loaded(parse, language):
    page = parse(render_report_card(build(40), language))
    for tag, attributes, _ in page.elements:
        for name in {"src", "href", "srcset", "action", "data", "poster"} & attributes.keys():
            assert attributes[name].startswith(("#", "data:,")), (tag, attributes)
    policy = next(m["content"] for m in page.find("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none';")


def test_every_measure_of_every_route_is_in_the_table(parse):
    page = parse(render_report_card(build(40), "en"))
    (table,) = page.find("table", class_="measures")
    rows = [line for line in table["text"].splitlines() if line.strip()]
    for name in ("AUROC", "Brier", "ECE", "Noise floor", "Coverage at 5%"):
        assert sum(row.startswith(name) for row in rows) == 1
    (costs,) = [row for row in rows if row.startswith("Milliseconds")]
    assert "151.3" in costs
    assert costs.endswith("0.280.030.25")
    assert table["text"].count("0.500 0.250 – 0.750") == 3 * 3
    assert table["text"].count("50% 25–75%") == 3


@pytest.mark.parametrize(("in_force", "order"), [("fused", "fsh"), ("head", "hfs")])
def test_what_is_in_force_comes_first_and_only_once(parse, in_force, order):
    page = parse(render_report_card(build(40, in_force), "en"))
    ids = [section["id"] for section in page.find("section") if "id" in section]
    names = [id_.removeprefix("route-") for id_ in ids if id_.startswith("route-")]
    assert "".join(name[0] for name in names) == order
    badges = [h["text"] for h in page.find("h2") if "in use" in h["text"]]
    assert badges == [f"Route: {in_force.capitalize()} in use#"]
    # Its own threshold, and not that of others, which it says nothing about.
    assert len(page.find("line", class_="threshold")) == 1


def test_noise_floor_stands_beside_the_calibration_error(parse, language):
    page = parse(render_report_card(build(40), language))
    for key in ROUTES:
        (figure,) = page.find("figure", id=f"figure-reliability-route-{key}")
        assert "0.500" in figure["text"]
        assert "0.042" in figure["text"]


def test_a_promise_is_told_and_drawn_only_where_there_is_one(parse):
    kept = parse(render_report_card(build(40, promise={"max_error": 0.1, "delta": 0.05}), "en"))
    lead = kept.find("section", id="summary")[0]["text"]
    assert "at most 10% are wrong" in lead
    assert "probability of 5%" in lead
    assert kept.find("polyline", class_="threshold")
    none = parse(render_report_card(build(40), "en"))
    assert "promises" not in none.find("section", id="summary")[0]["text"]
    assert (
        "20 of the 40 answers reach the threshold of 0.50; 6 of them are wrong"
        in (none.find("section", id="summary")[0]["text"])
    )
    assert not none.find("polyline", class_="threshold")


def test_each_route_has_its_line_and_one_colour(parse):
    page = parse(render_report_card(build(40), "en"))
    (figure,) = page.find("figure", id="figure-risk")
    for style in ("tone-0", "tone-1", "tone-2", "reference"):
        assert len(page.find("polyline", class_=style)) == 1
    assert all(name in figure["text"] for name in ("Fused", "Softmax", "Head"))


def test_the_surest_mistakes_come_with_what_the_other_routes_say(parse):
    page = parse(render_report_card(build(40), "en"))
    (table,) = page.find("table", class_="mistakes")
    rows = [line for line in table["text"].splitlines() if "Capital" in line]
    assert len(rows) == 10
    assert rows[0] == "98%Capital 39?RomeParis / 巴黎78%88%"


def test_everything_written_by_others_is_escaped(parse, language):
    inputs = build(40)
    texts = {"question": HOSTILE, "answer": HOSTILE, "expected": (HOSTILE,)}
    answers = [{**answer, **texts} for answer in inputs.answers]
    hostile = dataclasses.replace(inputs, role=HOSTILE, model=HOSTILE, answers=answers)
    html = render_report_card(hostile, language)
    page = parse(html)
    assert "<script>alert" not in html
    assert len(page.find("script")) == 1
    shown = HOSTILE.replace("\ud83c", "?")  # which no UTF-8 file can hold
    assert page.find("h1")[0]["text"] == shown
    assert page.find("table", class_="mistakes")[0]["text"].count(shown) == 30


@pytest.mark.parametrize("number", [1, 2, 3])
def test_few_answers_can_be_drawn(parse, language, number):
    inputs = build(number)
    for result in inputs.card["routes"].values():
        for measured in result["measures"].values():
            measured |= {"low": math.nan, "high": math.nan}
    page = parse(render_report_card(inputs, language))
    assert "nan" not in page.find("table", class_="measures")[0]["text"]
    assert page.find("figure", id="figure-risk")


def test_answers_of_one_confidence_can_be_drawn(parse, language):
    inputs = build(12)
    tied = [
        {**answer, "confidences": dict.fromkeys(answer["confidences"], 1.0)}
        for answer in inputs.answers
    ]
    page = parse(render_report_card(dataclasses.replace(inputs, answers=tied), language))
    (figure,) = page.find("figure", id="figure-reliability-route-fused")
    assert "12" in figure["text"]
    assert len(page.find("table", class_="mistakes")) == 1


def test_without_mistakes_there_is_no_table_of_them(parse, language):
    inputs = build(12)
    right = [{**answer, "correct": True} for answer in inputs.answers]
    page = parse(render_report_card(dataclasses.replace(inputs, answers=right), language))
    assert not page.find("table", class_="mistakes")
    assert "#overconfident" not in {link["href"] for link in page.find("a")}


def test_nothing_above_the_threshold_has_no_share_of_mistakes(parse):
    inputs = build(40)
    inputs.card["threshold"].update(confidence=1.0, answered=0, wrong=0)
    page = parse(render_report_card(inputs, "en"))
    assert "wrong among them: 0 (–)" in page.find("dl", class_="tiles")[0]["text"]
