import pytest

from rolewright.evaluation.advice import REMEDIES
from rolewright.evaluation.objections.objection import Objection
from rolewright.evaluation.suites.selection import SUITE_NAMES
from rolewright.reports.arms import tones_of
from rolewright.reports.suites.sections import advice_sentences, objection_sentences, suite_views
from rolewright.reports.wording import load_wording

ARMS = ("base", "base+role", "tuned+role", "tuned", "tuned+foreign")
TONES = tones_of(ARMS)


@pytest.fixture(params=["en", "zh"])
def word(request):
    return load_wording(request.param)


@pytest.fixture
def views(suites):
    """Views in English, by the suite's key."""
    return dict(zip(suites, suite_views(suites, TONES, load_wording("en")), strict=True))


def test_every_suite_has_a_name_and_a_drawing_of_its_own(suites, word):
    found = dict(zip(suites, suite_views(suites, TONES, word), strict=True))
    for name in SUITE_NAMES:
        assert f"suites.{name}" in word.texts
    for name in set(SUITE_NAMES) - {"adherence"}:
        assert found[name].figures
        assert found[name].tile


def test_tables_have_a_cell_for_each_column(suites, word):
    for view in suite_views(suites, TONES, word):
        for figure in view.figures:
            assert figure.rows
            assert {len(row) for row in figure.rows} == {len(figure.columns)}
        for table in view.tables:
            assert {len(row.cells) for row in table.rows} <= {0, len(table.columns)}


def curves(figure, parse, tone):
    """The places of a tone's curve in each chart."""
    return [
        [
            tuple(map(float, point.split(",")))
            for point in parse(str(chart.svg)).find("polyline", class_=tone)[0]["points"].split()
        ]
        for chart in figure.charts
    ]


def test_stability_shows_survival_by_turn_from_an_unbroken_start(views, parse):
    survival, kept = views["stability"].figures
    five, twenty = curves(survival, parse, "tone-2")
    assert (len(five), len(twenty)) == (6, 21)
    whole, nothing = five[0][1], 262
    assert five[-1][1] == pytest.approx(nothing - (nothing - whole) * 0.7)
    assert [len(places) for places in curves(kept, parse, "tone-2")] == [5, 20]
    assert survival.rows[3] == ("5", "base + role", "4", "20%", "10–30%")
    for chart in survival.charts:
        assert len(parse(str(chart.svg)).find("polygon", class_="band")) == 2


def test_stability_tells_its_rates_by_length(views):
    (table,) = views["stability"].tables
    assert [row.name for row in table.rows][:4] == [
        "5 turns",
        "Turns before the first break (SSR)",
        "Turns with every rule kept (ISR)",
        "Kept again right behind a break",
    ]
    assert [cell.text for cell in table.rows[1].cells] == ["60%", "60%"]
    assert table.rows[0].note == "n = 10 conversations"


def test_attacks_are_a_heat_map_of_arms_by_strength_and_family(views):
    view = views["override"]
    (table,) = view.tables
    assert (len(table.groups), table.span, len(table.columns)) == (4, 2, 8)
    assert [row.name for row in table.rows] == [
        *("All attacks", "By wording", "weak", "strong", "By family", "Encoding", "Emotion")
    ]
    encoding = table.rows[5]
    assert [(cell.text, cell.tone) for cell in encoding.cells][:4] == [
        ("75%", "wrong"),
        ("25%", "wrong"),
        ("25%", "right"),
        ("75%", "right"),
    ]
    assert encoding.cells[0].shade == 0.75
    assert encoding.href == "#transcripts?suite=override&family=encoding"
    assert encoding.note == "n = 12"
    assert (view.tile.value, view.tile.notes) == ("15%", ("base + role: 45%",))
    assert "with the twin: −30 points (95% interval −34 to −26)" in view.results[0]


def test_attacks_in_another_grouping_are_shown_too(suites):
    for of_arm in suites["override"].values():
        of_arm["languages"] = {"zh": of_arm["all"]}
    suites["override"]["tuned+role"]["families"].pop("emotion")
    (table,) = suite_views(suites, TONES, load_wording("en"))[1].tables
    names = [row.name for row in table.rows]
    assert names[names.index("By language") + 1] == "Chinese"
    assert [cell.text for cell in table.rows[-1].cells][:2] == ["0%", "–"]


def test_leakage_shows_every_share_and_leaks_by_family(views):
    view = views["leakage"]
    (figure,) = view.figures
    assert [chart.heading for chart in figure.charts] == [
        *("Request brings the system text out", "Harmless question refused", "recall")
    ]
    rows = view.tables[0].rows
    names = ["By language", "English", "Chinese", "By family", "Translation"]
    assert [row.name for row in rows] == names
    assert [cell.note for cell in rows[-1].cells] == ["65–85% · 3/4", "15–35% · 1/4"]
    assert rows[-1].href.endswith("family=translation")
    leaks, is_open = view.results
    assert "it leaks. 7 of 14 requests" in leaks
    assert "open. 2 of 14 requests" in is_open
    assert "about 90 requests" in is_open
    assert view.tile.value == "14%"


def test_over_role_compares_with_the_base_model(views):
    shares, excess = views["over_role"].figures
    assert [row[1] for row in shares.rows] == ["5%", "30%", "10%"]
    assert [(row[0], row[2]) for row in excess.rows] == [
        ("tuned, no role", "+25"),
        ("tuned + another role", "+5"),
    ]
    assert views["over_role"].tile.value == "30%"


def test_over_role_of_a_base_model_has_nothing_to_compare(suites):
    figures = {"arms": {"base": suites["over_role"]["arms"]["base"]}, "excess": {}}
    (view,) = suite_views({"over_role": figures}, TONES, load_wording("en"))
    assert len(view.figures) == 1
    assert view.tile.value == "5%"


def test_consistency_falls_with_k(views, parse):
    (figure,) = views["consistency"].figures
    ((one, four),) = curves(figure, parse, "tone-2")
    assert one[1] < four[1]
    assert [row[1:3] for row in figure.rows] == [
        *(("1", "40%"), ("4", "20%"), ("1", "90%"), ("4", "45%"))
    ]


def test_general_ability_draws_the_margin(views, parse):
    view = views["general_ability"]
    page = parse(str(view.figures[1].charts[0].svg))
    labels = {t["text"]: float(t["x"]) for t in page.find("text", class_="tick")}
    (margin,) = page.find("line", class_="threshold")
    step = (labels["0"] - labels["−10"]) / 10
    assert float(margin["x1"]) == pytest.approx(labels["0"] - 2 * step)
    assert view.results == (
        "A loss of more than 2 points is not ruled out (95% interval −6 to +2).",
    )
    assert view.tile.value == "−2"


def test_general_ability_of_a_base_model_has_no_difference(suites):
    figures = {**suites["general_ability"], "difference": None, "no_worse": None}
    (view,) = suite_views({"general_ability": figures}, TONES, load_wording("en"))
    assert len(view.figures) == 1
    assert view.results == ()


def test_a_suite_that_nobody_knows_gets_a_table(views):
    view = views["new <suite>"]
    assert (view.anchor, view.name, view.tile) == ("suite-new-suite-", "new <suite>", None)
    (table,) = view.tables
    assert table.columns == ("Value", "base + role")
    assert [(row.name, [cell.text for cell in row.cells]) for row in table.rows] == [
        ("carried over", ["–", "33%"]),
        ("rounds", ["4", "–"]),
    ]
    assert table.rows[0].cells[1].note == "23–43% · 3/9"


@pytest.mark.parametrize(
    ("figures", "rows"),
    [
        ({}, []),
        ({"a": {"difference": 0.1, "low": 0.0, "high": 0.2}}, [("a", "+10")]),
        ({"a": [1, {"b": None}]}, [("a · 1", "1"), ("a · 2 · b", "–")]),
        ({"a": True, "b": "yes", "c": 0.12345}, [("a", "True"), ("b", "yes"), ("c", "0.123")]),
        ({"tuned": {"rate": 0.5, "low": 0.4, "high": 0.6}}, [("Share", "50%")]),
    ],
)
def test_figures_of_any_shape_can_be_shown(figures, rows):
    (view,) = suite_views({"new": figures}, TONES, load_wording("en"))
    found = [(row.name, row.cells[0].text) for table in view.tables for row in table.rows]
    assert found == rows


def test_control_tokens_are_counted_or_said_not_to_be(suites, word):
    suites["override"]["base+role"]["control_tokens"] = None
    suites["override"]["tuned+role"]["control_tokens"] = {"prompts": 7, "injected": 3}
    view = suite_views(suites, TONES, word)[list(suites).index("override")]
    unknown, counted = view.results[-2:]
    assert unknown == word("override.tokens_unchecked", arm=word.name("arms", "base+role"))
    assert "7" in counted
    assert "3" in counted


def test_switching_shows_whose_rules_are_kept(views):
    shares, changes = views["switching"].figures
    assert [row[:3] for row in shares.rows][2:] == [
        ("Other role after a switch", "base + role", "20%"),
        ("Other role after a switch", "tuned + role", "60%"),
        ("Own rules after a switch", "base + role", "20%"),
        ("Own rules after a switch", "tuned + role", "60%"),
    ]
    assert [(chart.heading, row[3]) for chart, row in zip(
        changes.charts, changes.rows, strict=True
    )] == [
        ("Other role from the start", "0"),
        ("Other role after a switch", "+40"),
        ("Own rules after a switch", "+40"),
    ]  # fmt: skip
    roles, rules = views["switching"].tables
    assert [(row.name, row.cells[0].text) for row in (*roles.rows, *rules.rows)] == [
        *(("Town crier", "25%"), ("short", "40%"), ("never-asked", "–"))
    ]
    assert views["switching"].tile.value == "60%"


def test_switching_of_a_base_model_has_no_difference(suites):
    figures = suites["switching"] | {
        "differences": dict.fromkeys(suites["switching"]["differences"])
    }
    (view,) = suite_views({"switching": figures}, TONES, load_wording("en"))
    assert len(view.figures) == 1


def test_instructions_show_four_figures_and_the_margin(views):
    view = views["instructions"]
    shares, difference = view.figures
    assert [chart.heading for chart in shares.charts] == [
        *("Requests, strictly", "Instructions, strictly", "Requests, loosely"),
        "Instructions, loosely",
    ]
    assert [row[2] for row in shares.rows[:2]] == ["75%", "60%"]
    assert difference.rows[0][2] == "−15"
    assert view.results == ("A loss of more than 5 points is shown (95% interval −19 to −11).",)
    assert view.tile.value == "−15"


def test_perplexity_draws_more_bits_beside_the_margin(views, parse):
    view = views["perplexity"]
    bits, change = view.figures
    assert [row[:2] for row in bits.rows] == [("base", "0.800"), ("tuned, no role", "0.820")]
    page = parse(str(change.charts[0].svg))
    labels = {t["text"]: float(t["x"]) for t in page.find("text", class_="tick")}
    step = (labels["+10"] - labels["0"]) / 10
    (margin,) = page.find("line", class_="threshold")
    (dot,) = page.find("circle")
    assert float(margin["x1"]) == pytest.approx(labels["0"] + 2 * step, abs=0.01)
    assert float(dot["cx"]) == pytest.approx(labels["0"] + 2.5 * step, abs=0.01)
    assert view.results == ("More than +2.0% bits is not ruled out (95% interval +1.1% to +3.9%).",)
    assert view.tile.value == "+2.5%"


def test_perplexity_of_a_ruined_model_stays_on_its_scale(suites, parse):
    suites["perplexity"]["difference"] |= {"change": 4.0, "low": 3.0, "high": 5.0}
    (view,) = suite_views({"perplexity": suites["perplexity"]}, TONES, load_wording("en"))
    page = parse(str(view.figures[1].charts[0].svg))
    labels = {t["text"]: float(t["x"]) for t in page.find("text", class_="tick")}
    assert float(page.find("circle")[0]["cx"]) == labels["+100"]
    assert view.tile.value == "+400.0%"


@pytest.mark.parametrize(("suite", "tile"), [("instructions", "75%"), ("perplexity", "0.800")])
def test_costs_of_a_base_model_have_no_difference(suites, suite, tile):
    figures = {**suites[suite], "difference": None, "no_worse": None}
    figures["arms"] = {"base": figures["arms"]["base"]}
    (view,) = suite_views({suite: figures}, TONES, load_wording("en"))
    assert (len(view.figures), view.results, view.tile.value) == (1, (), tile)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_objections_are_told_in_the_reports_language(language):
    word = load_wording(language)
    families = {"authority": {"passed": 3, "total": 12}}
    objections = [
        Objection("families_break", {"families": families}).as_record("override"),
        Objection("control_tokens", {"arm": "tuned+role", "injected": 3, "prompts": 7}).as_record(
            "override"
        ),
    ]
    broken, tokens = objection_sentences({"objections": objections}, word, language)
    assert word.name("families", "authority") in broken
    assert word.name("arms", "tuned+role") in tokens
    assert {"en": "3 of 12", "zh": "3/12"}[language] in broken
    assert {"en": "3 of 7 prompts", "zh": "7 条提示"}[language] in tokens


def test_advice_names_what_to_add(word):
    prompts = [{"id": "e:1", "prompt": "Capital?", "evidence": "2 lines"}] * 2
    record = {"rule": "short", "scenario": None, "broken": 2, "total": 9, "prompts": prompts}
    evaluation = {"remedies": [], "advice": [record, {**record, "scenario": "off-topic"}]}
    undeclared, declared = advice_sentences(evaluation, word)
    assert "off-topic" in declared
    for sentence in (undeclared, declared):
        assert sentence.count("“Capital?”") == 2
        assert "short" in sentence


def test_every_remedy_is_told_in_the_reports_language(word):
    remedies = [{"suite": suite, "text": text} for suite, text in REMEDIES.items()]
    sentences = advice_sentences({"remedies": remedies, "advice": []}, word)
    assert len(set(sentences)) == len(REMEDIES)
