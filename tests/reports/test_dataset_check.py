import dataclasses

import pytest

from rolewright.errors import Place
from rolewright.finding import CODES, Finding
from rolewright.reports.dataset_check import CheckInputs, render_dataset_check
from rolewright.reports.wording import load_wording

HOSTILE = "<script>alert('x')</script> \"quoted\" & </style> 中文 مرحبا \ud83c"
MODES = ("answer", "short", "list", "code", "clarify", "refuse", "redirect")


def modes(*counts):
    return dict(zip(MODES, counts, strict=True))


def edge(*commonest):
    keys = ("text", "count", "dictated")
    return {"texts": 40, "commonest": [dict(zip(keys, each, strict=True)) for each in commonest]}


def scenario(name, declared, held_out=6):
    counts = {"declared": declared, "assigned": 2, "uncertain": 1, "held_out": held_out}
    return {"scenario": name, **counts}


def build(findings=(), scenarios=("capital", "off-topic"), points=30):
    figures = {
        "coverage": {
            "scenarios": [scenario(name, 20 - index) for index, name in enumerate(scenarios)],
            "unlike_any": 3,
            "evenness": 0.91,
        },
        "balance": {
            "modes": modes(20, 5, 5, 0, 0, 10, 0),
            "scenarios": [
                {"scenario": name, "modes": modes(10, 5, 5, 0, 0, 0, 0)}
                for name in (*scenarios, None)
            ],
        },
        "openings": {
            "inputs": edge(("what is the capital", 12, False)),
            "openings": edge(("i only answer geography", 10, True), ("the capital is", 9, False)),
            "closings": edge(),
        },
        "compliance": {
            "rules": [
                {"rule": "one-line", "kept": 40, "of": 40, "broken_at": []},
                {"rule": "short", "kept": 30, "of": 40, "broken_at": []},
                {"rule": "never-asked", "kept": 0, "of": 0, "broken_at": []},
            ]
        },
        "diversity": {
            "inputs": {
                "different": 40,
                "compression_ratio": 2.5,
                "distinct_2": None,
                "vendi": 9.25,
            },
            "answers": {
                "different": 31,
                "compression_ratio": 3.5,
                "distinct_2": 0.5,
                "self_repetition": 0.25,
            },
        },
        "input_map": {
            "rows": 1000,
            "points": [
                {
                    "x": float(n),
                    "y": float(n % 7),
                    "text": f"Question {n}?",
                    "place": f"train.jsonl:{n}",
                    "scenario": (*scenarios, None)[n % (len(scenarios) + 1)],
                }
                for n in range(points)
            ],
        },
    }
    return CheckInputs("Atlas", ["train.jsonl"], "2026-11-23T10:15:00+00:00", 40, findings, figures)


def finding(code, message="broken", line=3):
    return Finding(code, Place("train.jsonl", line), message, "mend it")


FOUND = [finding("RW310"), finding("RW321"), finding("RW201"), finding("RW201", line=4)]


@pytest.fixture(params=["en", "zh"])
def language(request):
    return request.param


def test_the_whole_page_is_well_formed(parse, language):
    page = parse(render_dataset_check(build(FOUND), language))
    sections = [section["id"] for section in page.find("section")]
    assert sections == [
        *("summary", "findings", "balance", "map", "compliance", "diversity", "meanings")
    ]
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"].removeprefix("#") for link in page.find("a")} <= set(ids)
    figures = [figure["id"] for figure in page.find("figure")]
    names = ("coverage", "modes", "inputs", "openings", "map")  # no closing occurs three times
    assert figures == [f"figure-{name}" for name in names]


def test_nothing_is_loaded(parse, language):
    page = parse(render_dataset_check(build(FOUND), language))
    for tag, attributes, _ in page.elements:
        for name in {"src", "href", "srcset", "action", "data", "poster"} & attributes.keys():
            assert attributes[name].startswith(("#", "data:,")), (tag, attributes)


def test_findings_stand_in_a_table_the_worst_first_and_can_be_hidden(parse):
    page = parse(render_dataset_check(build(FOUND), "en"))
    rows = [row for row in page.find("tr") if row.get("class") in {"error", "warning", "info"}]
    assert [row["class"] for row in rows] == ["error", "error", "warning", "info"]
    assert "RW201" in rows[0]["text"]
    assert "train.jsonl:3" in rows[0]["text"]
    boxes = [box["class"] for box in page.find("input", type="checkbox")]
    assert boxes == ["show-error", "show-warning", "show-info"]
    style = page.find("style")[0]["text"]
    for severity in ("error", "warning", "info"):
        assert f".findings:has(.show-{severity}:not(:checked)) tr.{severity}" in style


def test_each_code_links_to_what_it_means(parse, language):
    page = parse(render_dataset_check(build(FOUND), language))
    for code in ("RW201", "RW310", "RW321"):
        assert page.find("a", href=f"#{code}")
        (meaning,) = page.find("div", id=code)
        assert load_wording(language)(f"codes.{code}") in meaning["text"]
    assert not page.find("div", id="RW101")


def test_every_code_has_its_meaning_in_both_languages():
    english, chinese = load_wording("en"), load_wording("zh")
    for code, (_, meaning) in CODES.items():
        assert english(f"codes.{code}") == meaning
        assert chinese(f"codes.{code}") != meaning


@pytest.mark.parametrize(
    ("findings", "standing"),
    [(FOUND, "wrong"), (FOUND[:2], "open"), (FOUND[:1], "good"), ([], "good")],
)
def test_the_verdict_is_that_of_the_worst_finding(parse, findings, standing):
    page = parse(render_dataset_check(build(findings), "en"))
    assert page.find("div", class_=standing)
    assert bool(page.find("table", class_="found")) == bool(findings)


def test_rules_that_are_broken_come_first(parse):
    page = parse(render_dataset_check(build(), "en"))
    (section,) = page.find("section", id="compliance")
    order = [section["text"].index(name) for name in ("short", "one-line", "never-asked")]
    assert order == sorted(order)
    assert "75%" in section["text"]
    assert "30/40" in section["text"]


def test_the_map_has_a_dot_a_row_coloured_by_scenario(parse):
    page = parse(render_dataset_check(build(), "en"))
    dots = page.find("circle", class_="point")
    assert len(dots) == 30
    tones = [dot["class"].removeprefix("point ") for dot in dots]
    assert {tone: tones.count(tone) for tone in tones} == {
        "hue-0": 10,
        "hue-1": 10,
        "none-clear": 10,
    }
    assert "Question 7?" in "".join(dot["text"] for dot in dots)
    (legend,) = page.find("ul", class_="legend")
    assert "capital 10" in " ".join(legend["text"].split())


def test_many_scenarios_share_the_colour_of_none(parse):
    names = tuple(f"scenario-{n}" for n in range(12))
    page = parse(render_dataset_check(build(scenarios=names, points=130), "en"))
    tones = {dot["class"].removeprefix("point ") for dot in page.find("circle", class_="point")}
    assert tones == {*(f"hue-{n}" for n in range(8)), "none-clear"}
    (legend,) = page.find("ul", class_="legend")
    assert "further scenarios" in legend["text"]


@pytest.mark.parametrize("points", [0, 1, 2])
def test_a_role_without_scenarios_and_hardly_any_data(parse, language, points):
    inputs = build(scenarios=(), points=points)
    inputs.figures["coverage"]["evenness"] = None
    inputs.figures["balance"].update(modes=modes(*[0] * 7), scenarios=[])
    for key in ("inputs", "openings"):
        inputs.figures["openings"][key] = {"texts": 0, "commonest": []}
    inputs.figures["compliance"]["rules"] = []
    page = parse(render_dataset_check(dataclasses.replace(inputs, conversations=0), language))
    sections = [section["id"] for section in page.find("section")]
    assert sections == ["summary", *(["map"] if points else []), "diversity"]


def test_everything_written_by_others_is_escaped(parse, language):
    inputs = build([finding("RW201", HOSTILE)], scenarios=(HOSTILE,))
    for point in inputs.figures["input_map"]["points"]:
        point["text"] = HOSTILE
    inputs.figures["openings"]["openings"] = edge((HOSTILE, 9, False))
    inputs.figures["compliance"]["rules"][0]["rule"] = HOSTILE
    html = render_dataset_check(
        dataclasses.replace(inputs, role=HOSTILE, files=[HOSTILE]), language
    )
    page = parse(html)
    assert "<script>alert" not in html
    assert len(page.find("script")) == 1
    assert HOSTILE.replace("\ud83c", "?") in page.find("table", class_="found")[0]["text"]
