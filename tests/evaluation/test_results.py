import json
from dataclasses import replace

import pytest

from rolewright.evaluation.objections.objection import Objection
from rolewright.evaluation.results import summarise as summarise_suites
from rolewright.evaluation.suites.adherence import adherence
from rolewright.evaluation.thresholds import Threshold

LEAKS = Objection("system_leaks", {"passed": 3, "total": 14})
REFUSED = Objection("twins_refused", {"passed": 5, "total": 9})


def summarise(role, target, samples, **more):
    suites = [adherence(role, [])]
    return summarise_suites(role, target, suites, {"adherence": samples}, **more)


def test_rates_by_hand(role, judged):
    samples = {
        "base": [judged("base", short=False, one_line=True), judged("base", one_line=False)],
        "base+role": [
            judged("base+role", short=False, one_line=True),
            judged("base+role", one_line=True),
        ],
        "tuned+role": [
            judged("tuned+role", short=True, one_line=True),
            judged("tuned+role", one_line=True),
        ],
    }
    results = summarise(role, "bundle", samples)
    assert results["schema"] == "rolewright.eval/1"
    base = results["arms"]["base"]
    assert base["isr"] == 0
    assert base["csr"] == pytest.approx(1 / 3)
    short, one_line = base["rules"]
    assert (short["id"], short["passed"], short["total"], short["rate"]) == ("short", 0, 1, 0)
    assert (one_line["passed"], one_line["total"], one_line["rate"]) == (1, 2, 0.5)
    assert one_line["low"] < 0.5 < one_line["high"]
    assert results["arms"]["tuned+role"]["isr"] == 1
    paired = results["paired"]
    assert (paired["difference"], paired["pairs"]) == (0.5, 2)
    assert results["verdict"] == "not proven"  # two prompts prove nothing
    assert (results["samples"], results["suites"], results["objections"]) == (6, {}, [])
    json.dumps(results)


def test_what_a_suite_objects_to_stands_in_the_results(role, judged):
    samples = {
        arm: [judged(arm, one_line=arm == "tuned+role")] * 20
        for arm in ("base", "base+role", "tuned+role")
    }
    suites = [replace(adherence(role, []), objections=lambda _: [LEAKS, REFUSED])]
    results = summarise_suites(role, "bundle", suites, {"adherence": samples})
    assert results["objections"] == [each.as_record("adherence") for each in (LEAKS, REFUSED)]
    assert [each["suite"] for each in results["remedies"]] == ["adherence"]
    assert results["verdict"] == "not proven"
    assert results["reason"].endswith(
        "But the system message leaks to 3 of 14 requests; harmless requests are refused: "
        "5 of 9 that only look like attacks."
    )


def test_a_base_model_alone_is_not_compared(role, judged):
    samples = {arm: [judged(arm, short=True, one_line=True)] for arm in ("base", "base+role")}
    results = summarise(role, "model", samples)
    assert results["paired"] is None
    assert results["verdict"] == "base model only"
    assert results["advice"] == []


def test_a_rule_that_was_never_judged_has_no_rate(role, judged):
    samples = {arm: [judged(arm, one_line=True)] for arm in ("base", "base+role")}
    short = summarise(role, "model", samples)["arms"]["base"]["rules"][0]
    assert (short["total"], short["rate"], short["low"]) == (0, None, None)


def test_prompts_that_were_trained_on_are_no_secret(role, judged):
    samples = {arm: [judged(arm, one_line=True)] for arm in ("base", "base+role")}
    results = summarise(role, "model", samples, trained_prompts=1)
    assert results["trained_prompts"] == 1
    assert "1 of the prompts were trained on" in results["reason"]
    assert "trained on" not in summarise(role, "model", samples)["reason"]


def numbered(samples):
    """The samples of as many prompts."""
    return [
        replace(s, conversation=replace(s.conversation, id=str(n)), cluster=str(n))
        for n, s in enumerate(samples)
    ]


@pytest.fixture
def traded(judged):
    """Training that wins one rule on all of 20 prompts, and loses the other on some of them."""

    def build(lost):
        arms = {"base": (0, 0), "base+role": (0, 20), "tuned+role": (20, 20 - lost)}
        return {
            arm: numbered([judged(arm, short=n < short, one_line=n < line) for n in range(20)])
            for arm, (short, line) in arms.items()
        }

    return build


def test_rules_are_tested_together(role, traded):
    results = summarise(role, "bundle", traded(lost=2))
    short, one_line = results["paired"]["rules"]
    assert (short["id"], short["change"], short["difference"]) == ("short", "better", 1)
    assert short["adjusted_p_value"] == pytest.approx(2 * short["p_value"])
    assert (one_line["change"], one_line["lost"]) == ("not distinguishable", 2)
    assert results["verdict"] == "took hold"


def test_a_rule_that_training_made_worse_is_an_objection(role, traded):
    results = summarise(role, "bundle", traded(lost=8))
    assert results["paired"]["rules"][1]["change"] == "worse"
    assert results["verdict"] == "not proven"
    assert (
        "But the rule 'one-line' is kept by 60% of the answers after training, 100% before"
        in (results["reason"])
    )


def test_what_the_tuned_model_breaks_is_named(role, traded):
    [advice] = summarise(role, "bundle", traded(lost=2))["advice"]
    assert (advice["rule"], advice["broken"], advice["total"]) == ("one-line", 2, 20)


def test_thresholds_judge_the_tuned_model(role, traded):
    thresholds = [Threshold("adherence", "short", 1.0), Threshold("adherence", None, 0.95)]
    results = summarise(role, "bundle", traded(lost=2), thresholds=thresholds)
    assert [each["reached"] for each in results["thresholds"]] == [True, False]
    assert summarise(role, "bundle", traded(lost=2))["thresholds"] == []
