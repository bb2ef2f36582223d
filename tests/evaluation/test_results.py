import json
from dataclasses import replace

import pytest

from rolewright.evaluation.results import summarise as summarise_suites
from rolewright.evaluation.suites.adherence import adherence


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
    suites = [replace(adherence(role, []), objections=lambda _: ["too dear", "too slow"])]
    results = summarise_suites(role, "bundle", suites, {"adherence": samples})
    objections = [{"suite": "adherence", "text": text} for text in ("too dear", "too slow")]
    assert results["objections"] == objections
    assert results["verdict"] == "not proven"
    assert results["reason"].endswith("But too dear; too slow.")


def test_a_base_model_alone_is_not_compared(role, judged):
    samples = {arm: [judged(arm, short=True, one_line=True)] for arm in ("base", "base+role")}
    results = summarise(role, "model", samples)
    assert results["paired"] is None
    assert results["verdict"] == "base model only"


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
