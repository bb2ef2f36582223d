import json
import re
from importlib import resources

import pytest

from rolewright.reports.arms import tones_of
from rolewright.reports.browser import browser_data, choices, transcripts_link
from rolewright.reports.wording import load_wording

WORD = load_wording("en")
BROKEN = {"rule": "override:canary", "passed": False, "evidence": "says it", "span": None}


@pytest.fixture
def samples(make_sample):
    attack = {"facts": {"family": "encoding", "strength": "weak", "twin": False, "canary": "vel"}}
    return [
        make_sample("base", 1, "A", scenario="capital"),
        make_sample("tuned+role", 1, "vel", suite="override", verdicts=[BROKEN], **attack),
    ]


def test_only_what_there_is_can_be_chosen(samples):
    found = {c.key: c.options for c in choices(samples, ["base", "tuned+role"], WORD)}
    assert found == {
        "suite": (("adherence", "Rules"), ("override", "Attacks")),
        "arm": (("base", "base"), ("tuned+role", "tuned + role")),
        "outcome": (("failed", "Broken"), ("passed", "Kept")),
        "check": (("override:canary", "does not give in to the attack"),),
        "family": (("encoding", "Encoding"),),
        "scenario": (("capital", "capital"),),
    }
    assert [c.key for c in choices(samples[:1], ["base"], WORD)] == ["suite", "arm", "scenario"]


def test_links_keep_every_character():
    assert transcripts_link(arm="base+role", check="a&b=c 茶") == (
        "#transcripts?arm=base%2Brole&check=a%26b%3Dc%20%E8%8C%B6"
    )


def test_everything_that_is_shown_has_a_name(samples):
    systems = {"base": None, "tuned+role": "Be brief."}
    data = browser_data(samples, tones_of(systems), systems, WORD)
    names = data["names"]
    assert names["checks"] == {
        "short": "short",
        "override:canary": "does not give in to the attack",
    }
    assert names["values"] == {"encoding": "Encoding", "weak": "weak", "vel": "vel"}
    assert set(names["facts"]) == {"family", "strength", "twin", "canary"}
    assert len(data["entries"]) == 2
    json.dumps(data)


def test_the_script_says_only_what_it_is_given(samples):
    script = (resources.files("rolewright.reports") / "templates" / "report.js").read_text("utf-8")
    said = set(re.findall(r'(?:say\(|words\[)"([a-z._]+)"', script))
    systems = {"base": None, "tuned+role": "Be brief."}
    data = browser_data(samples, tones_of(systems), systems, WORD)
    assert said == set(data["words"])
    for key, text in data["words"].items():
        used = re.search(rf'say\("{re.escape(key)}"(.*?)\)', script)
        for value in re.findall(r"\{(\w+)\}", text):
            assert used
            assert value in used[1]
