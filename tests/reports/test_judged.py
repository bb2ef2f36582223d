import copy

import pytest

from rolewright.reports.judged import judged_view
from rolewright.reports.render import render_report
from rolewright.reports.wording import load_wording

AGREEMENT = {"labels": 120, "undecided": 2, "kappa": 0.72, "low": 0.61, "high": 0.83}
SHARE = {"passed": 3, "total": 4, "rate": 0.75, "low": 0.3, "high": 0.95, "undecided": 1}
FIGURES = {
    "judge": {"reported_model": "judge-7b", "controls": 12, "controls_right": 11},
    "agreement": AGREEMENT,
    "order": {"rate": 0.1, "low": 0.05, "high": 0.2, "unreadable": 3},
    "rules": [
        {
            "id": "kind",
            "criterion": "The reply is kind.",
            "state": "counted",
            "reason": "kappa 0.72",
            "agreement": AGREEMENT,
            "arms": {"base+role": SHARE, "tuned+role": {**SHARE, "undecided": 0}},
        },
    ],
}


@pytest.fixture(params=["en", "zh"])
def word(request):
    return load_wording(request.param)


def cells(view):
    return [(cell.text, cell.note) for cell in view.table.rows[0].cells]


def test_judged_rules_stand_with_their_shares_kappa_and_state():
    view = judged_view(FIGURES, load_wording("en"))
    assert cells(view) == [
        ("75%", "30–95% · 3/4 · 1 undecided"),
        ("75%", "30–95% · 3/4"),
        ("0.72", "0.61 – 0.83 · 120 labels"),
        ("counted", ""),
    ]
    assert view.table.rows[0].note == "The reply is kind."
    assert view.sentences == (
        "The judge, judge-7b, got 11 of 12 controls right.",
        "10% of its decisions (5–20%) go by the order of the options; "
        "replies that cannot be read: 3.",
    )


@pytest.mark.parametrize(
    ("agreement", "cell"),
    [
        (None, ("–", "")),
        (AGREEMENT | dict.fromkeys(("kappa", "low", "high")), ("undefined", "120 labels")),
    ],
)
def test_without_kappa_it_is_said_why(agreement, cell):
    figures = copy.deepcopy(FIGURES)
    figures["rules"][0] |= {"agreement": agreement, "state": "not counted"}
    found = cells(judged_view(figures, load_wording("en")))
    assert found[2:] == [cell, ("not counted", "")]


def test_rules_that_nobody_judged_are_named(word):
    figures = copy.deepcopy(FIGURES) | {"judge": None, "agreement": None, "order": None}
    none = {"passed": 0, "total": 0, "rate": None, "low": None, "high": None, "undecided": 0}
    figures["rules"][0] |= {"state": "not judged", "agreement": None, "arms": {"base": none}}
    view = judged_view(figures, word)
    assert view.sentences == (word("judged.nobody"),)
    assert cells(view) == [("–", ""), ("–", ""), (word("judged_states.not judged"), "")]


def test_the_report_shows_them_where_there_are_any(inputs, change, parse, word):
    language = word("page.lang")[:2]
    assert "judge-7b" not in render_report(inputs, language)
    evaluation = {**inputs.evaluation, "judge": FIGURES}
    page = parse(render_report(change(inputs, evaluation=evaluation), language))
    section = page.find("section", id="adherence")[0]["text"]
    assert "judge-7b" in section
    assert "The reply is kind." in section
    assert word("judged_states.counted") in section
