"""The script of the report in a browser, where this machine has one."""

import shutil
import subprocess

import pytest

from rolewright.reports.render import render_report

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
HOSTILE = (
    "</script><script>document.title='x'</script><img src=x onerror=\"document.title='x'\"> 🍵"
)

pytestmark = pytest.mark.skipif(
    BROWSER is None,
    reason=f"needs Chromium: install it, so that one of these is a command: {', '.join(NAMES)}",
)


@pytest.fixture
def opened(tmp_path, parse):
    """Open a report at an address within it, and let its script run."""

    def open_(inputs, address=""):
        file = tmp_path / "report.html"
        file.write_text(render_report(inputs, "en"), "utf-8")
        command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
        command += [f"--user-data-dir={tmp_path / 'profile'}", f"{file.as_uri()}{address}"]
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
        return parse(done.stdout.decode("utf-8").strip())

    return open_


def entries(page):
    """Ids of the conversations that are shown."""
    headings = [h["text"].removesuffix("#") for h in page.find("h3")]
    return [heading for heading in headings if heading.startswith("eval.jsonl")]


def test_hostile_text_is_shown_and_never_run(all_suites, change, opened):
    broken = {"rule": HOSTILE, "passed": False, "evidence": HOSTILE, "span": [3, 9]}
    messages = [{"role": "user", "content": HOSTILE}]
    samples = [
        {**each, "output": HOSTILE, "messages": messages, "verdicts": [broken], "scenario": HOSTILE}
        for each in all_suites.samples
    ]
    page = opened(change(all_suites, role=HOSTILE, samples=samples))
    assert page.find("title")[0]["text"] == f"{HOSTILE} · Role report"
    assert not page.find("img")
    assert len(page.find("script")) == 2
    replies = page.find("div", class_="output")
    assert len(replies) == len(samples)
    assert {reply["text"] for reply in replies} == {HOSTILE}
    assert {mark["text"] for mark in page.find("mark")} == {HOSTILE[3:9]}


def test_a_link_chooses_what_is_shown(inputs, make_sample, change, opened):
    broken = {"rule": "short", "passed": False, "evidence": "too long", "span": None}
    samples = [
        make_sample("base", number, "ＡＢＣ tea" if number in {7, 8} else "x", suite=suite,
                    verdicts={3: [broken], 7: [broken], 8: [{**broken, "rule": "calm"}]}
                    .get(number, []))
        for suite in ("adherence", "override") for number in range(30)
    ]  # fmt: skip
    shown = change(inputs, samples=samples)
    first = opened(shown)
    assert len(entries(first)) == 20
    assert "60 of 60 conversations" in first.find("p", id="filter-count")[0]["text"]
    assert "page 1 of 3" in first.find("nav", id="pager")[0]["text"]
    assert entries(opened(shown, "#transcripts?suite=override&page=2")) == [
        f"eval.jsonl:{number}" for number in range(20, 30)
    ]
    failed = opened(shown, "#transcripts?suite=override&check=short&outcome=passed")
    assert entries(failed) == []
    assert "No conversation" in failed.find("p", id="filter-count")[0]["text"]
    assert "hidden" in failed.find("nav", id="pager")[0]
    found = opened(shown, "#transcripts?check=short&arm=base&text=abc+TEA")
    assert entries(found) == ["eval.jsonl:7"] * 2
    assert entries(opened(shown, "#transcripts?entry=override%2Feval.jsonl%3A9")) == [
        "eval.jsonl:9"
    ]


def test_a_conversation_is_shown_turn_by_turn(inputs, make_sample, change, opened):
    said = ["first", "one", "second"]
    messages = [{"role": "user" if i % 2 == 0 else "assistant", "content": t}
                for i, t in enumerate(said)]  # fmt: skip
    samples = [
        make_sample(arm, 1, output, messages=messages[:length], turn=turn)
        for arm in ("base", "tuned+role")
        for turn, (length, output) in enumerate([(1, "one"), (3, "two")])
    ]
    page = opened(change(inputs, samples=samples))
    assert len(page.find("article")) == 1
    turns = [turn["text"] for turn in page.find("div", class_="turn")]
    assert turns == ["User 1first", "User 2second"]
    outputs = [output["text"] for output in page.find("div", class_="output")]
    assert outputs == ["one", "one", "two", "two"]
    only = opened(change(inputs, samples=samples), "#transcripts?arm=tuned%2Brole")
    assert [output["text"] for output in only.find("div", class_="output")] == ["one", "two"]
