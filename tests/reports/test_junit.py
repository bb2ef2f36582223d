from xml.etree import ElementTree

import pytest

from rolewright.conversations.conversation import Conversation, Message
from rolewright.errors import Place
from rolewright.evaluation.sample import Sample
from rolewright.evaluation.targets.target import Reply
from rolewright.reports.junit import render_junit
from rolewright.verifiers import Verdict

# What Jenkins' xUnit plugin allows (junit-10.xsd): attributes with those that it requires, and
# elements within.
ATTRIBUTES = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set()),
    "testsuite": (
        {"name", "tests", "failures", "errors", "time", "skipped", "timestamp", "hostname"},
        {"name", "tests", "failures", "errors"},
    ),
    "testcase": ({"name", "time", "classname", "group"}, {"name"}),
    "failure": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}
WITHIN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "system-out"},
    "failure": set(),
    "system-out": set(),
}
RESULTS = {
    "role": "Atlas",
    "verdict": "took hold",
    "reason": "All rules kept.",
    "paired": None,
    "thresholds": [],
}


def sample(id_, suite="adherence", arm="tuned+role", text="Paris", facts=None, **passed):
    conversation = Conversation((Message("user", "Q"),), None, id_, Place("x"), None)
    verdicts = {rule: Verdict(ok, "12 words, 3 allowed") for rule, ok in passed.items()}
    reply = Reply(text, 1, 1, True)
    return Sample(suite, arm, conversation, reply, verdicts, 0.25, 0, id_, facts or {})


@pytest.fixture
def samples():
    return {
        "adherence": {
            "base": [sample("1", arm="base", short=False)],
            "tuned+role": [sample("1", short=True), sample("2", short=False, polite=True)],
        },
        "override": {
            "tuned+role": [
                sample("a", "override", facts={"family": "encoding"}, short=True),
                sample("b", "override", facts={"family": "authority"}, short=False),
            ]
        },
        "over_role": {"tuned": [sample("1", "over_role", "tuned", short=False)]},
    }


def read(rendered):
    """Parse, and check against the schema."""
    root = ElementTree.fromstring(rendered)
    assert root.tag == "testsuites"
    for element in root.iter():
        allowed, required = ATTRIBUTES[element.tag]
        assert required <= element.attrib.keys() <= allowed
        assert {inner.tag for inner in element} <= WITHIN[element.tag]
    for suite in root:
        assert int(suite.get("tests")) == len(suite)
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    for total in ("tests", "failures", "errors"):
        assert int(root.get(total)) == sum(int(suite.get(total)) for suite in root)
    return {(suite.get("name"), case.get("name")): case for suite in root for case in suite}


def test_a_case_a_figure(samples):
    cases = read(render_junit(RESULTS, samples))
    assert list(cases) == [
        ("verdict", "the role took hold"),
        ("adherence", "every check"),
        ("adherence", "short"),
        ("adherence", "polite"),
        ("override", "every check"),
        ("override", "short"),
        ("override", "family encoding"),
        ("override", "family authority"),
    ]
    assert not any(case.findall("failure") for case in cases.values())
    short = cases["adherence", "short"]
    assert short.get("classname") == "adherence.tuned+role"
    assert short.findtext("system-out").splitlines() == [
        "1 of 2 answers pass (50.0%)",
        "2, turn 1: short: 12 words, 3 allowed",
        "    Paris",
    ]
    assert cases["override", "family encoding"].findtext("system-out").startswith("1 of 1")


def test_what_ends_with_code_1_is_a_failure_with_its_evidence(samples):
    low = {"suite": "adherence", "rule": None, "least": 0.9, "passed": 1, "total": 2, "rate": 0.5}
    results = RESULTS | {
        "verdict": "not proven",
        "thresholds": [
            low | {"reached": False},
            low | {"suite": "override", "rule": "short", "reached": True},
            low | {"rule": "never", "rate": None, "total": 0, "reached": False},
        ],
        "paired": {
            "rules": [
                {"id": "short", "change": "worse", "treatment_rate": 0.5, "baseline_rate": 1.0},
                {"id": "polite", "change": "better", "treatment_rate": 1.0, "baseline_rate": 0.0},
            ]
        },
    }
    cases = read(render_junit(results, samples))
    failures = {name: case.find("failure") for name, case in cases.items()}
    assert {name for name, failure in failures.items() if failure is not None} == {
        ("verdict", "the role took hold"),
        ("verdict", "never"),
        ("adherence", "every check"),
        ("adherence", "short"),
    }
    assert failures["adherence", "every check"].get("message") == (
        "adherence: 50.0% of 2 answers, at least 90.0% is asked for"
    )
    worse = failures["adherence", "short"]
    assert worse.get("message").startswith("training made it worse: kept by 50.0%")
    assert "12 words, 3 allowed" in worse.text


def test_any_text_makes_xml(samples):
    """Control characters, half surrogates and markup of an answer, Chinese, an emoji."""
    odd = "\x00\x1b[31m \ud800 ]]> <b>&amp; \ufffe 巴黎 🙂"
    samples["adherence"]["tuned+role"][1] = sample("2\x07", text=odd, short=False)
    cases = read(render_junit(RESULTS | {"role": "\x0bAtlas"}, samples))
    said = cases["adherence", "short"].findtext("system-out")
    assert r"\x00\x1b[31m \xd800 ]]> <b>&amp; \xfffe 巴黎 🙂" in said
    assert r"2\x07, turn 1" in said


def test_many_failures_are_counted_not_listed(samples):
    samples["adherence"]["tuned+role"] = [sample(str(n), short=False) for n in range(9)]
    said = read(render_junit(RESULTS, samples))["adherence", "short"].findtext("system-out")
    assert said.endswith("and 4 more")
    assert said.count("turn 1") == 5


def test_seconds_are_told_once(samples):
    cases = read(render_junit(RESULTS, samples))
    of_suite = [
        float(case.get("time")) for (suite, _), case in cases.items() if suite == "adherence"
    ]
    assert of_suite == [0.5, 0, 0]
