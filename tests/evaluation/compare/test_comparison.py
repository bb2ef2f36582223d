import json
import shutil

import pytest

from rolewright.evaluation.compare.comparison import compare_runs
from rolewright.evaluation.compare.run_folder import read_run
from rolewright.evaluation.statistics import paired_difference


@pytest.fixture
def compare(write_run, sample, tmp_path):
    """Compare runs whose rules were kept on so many of the first prompts of 40."""

    def build(first, second, finished=True, **conditions):
        folders = []
        shutil.rmtree(tmp_path, ignore_errors=True)  # of the comparison before
        for name, kept in (("a", first), ("b", second)):
            samples = [
                sample(n, {rule: n < least for rule, least in kept.items()}) for n in range(40)
            ]
            changes = conditions if name == "b" else {}
            folders.append(write_run(name, samples, finished=finished or name == "a", **changes))
        return compare_runs(*map(read_run, folders))

    return build


def test_worse(compare):
    found = compare({"short": 38, "polite": 30}, {"short": 20, "polite": 30})
    assert found["verdict"] == "worse"
    [suite] = found["suites"]
    assert (suite["baseline_rate"], suite["treatment_rate"]) == (0.75, 0.5)
    assert suite["change"] == "worse"
    short, polite = suite["rules"]
    assert (short["id"], short["change"]) == ("short", "worse")
    assert (polite["difference"], polite["change"]) == (0, "not distinguishable")
    reference = paired_difference([n < 20 for n in range(40)], [n < 38 for n in range(40)])
    assert short["p_value"] == reference.p_value
    assert short["adjusted_p_value"] == pytest.approx(2 * reference.p_value)
    assert found["reason"].startswith("B is worse than A: adherence 50% against 75% on 40 answers")
    assert "adherence, short 50% against 95%" in found["reason"]
    json.dumps(found)


def test_better(compare):
    found = compare({"short": 20}, {"short": 38})
    assert found["verdict"] == "better"
    assert found["reason"].startswith("B is better than A: adherence 95% against 50%")


def test_one_rule_that_is_worse_outweighs_another_that_is_better(compare):
    found = compare({"short": 20, "polite": 40}, {"short": 40, "polite": 20})
    assert found["suites"][0]["change"] == "not distinguishable"
    assert found["verdict"] == "worse"
    assert "adherence, polite" in found["reason"].split("; better: ")[0]
    assert "adherence, short" in found["reason"].split("; better: ")[1]


def test_not_distinguishable_names_what_could_have_been_seen(compare):
    found = compare({"short": 30}, {"short": 32})
    assert found["verdict"] == "not distinguishable"
    smallest = found["suites"][0]["smallest_seen"]
    assert 0.1 < smallest < 0.25
    told = f"a difference of less than about {100 * smallest:.0f} points could not have been seen"
    assert told in found["reason"]


def test_suites_are_tested_by_cluster(write_run, sample):
    """Twelve turns of three conversations are no twelve independent answers."""

    def turns(kept):
        return [sample(n // 4, {"short": kept}, suite="stability", turn=n % 4) for n in range(12)]

    runs = [read_run(write_run(name, turns(name == "b"))) for name in ("a", "b")]
    found = compare_runs(*runs)
    assert found["suites"][0]["p_value"] == 0.25
    assert found["verdict"] == "not distinguishable"


def test_notes(compare):
    assert compare({"short": 1}, {"short": 1})["notes"] == []
    changed = {"short": "sha256:1", "polite": "sha256:3", "new": "sha256:4"}
    notes = compare(
        {"short": 1, "polite": 2},
        {"short": 1, "polite": 2},
        finished=False,
        rules=changed,
        max_new_tokens=48,
    )["notes"]
    unfinished, rules, length = notes
    assert unfinished.endswith("b is unfinished: what it has so far is compared")
    assert rules.endswith("do not have the same: the rule 'new', the rule 'polite'")
    assert length == "max_new_tokens differs: 256 in A, 48 in B"


def test_role_files_that_differ_in_their_words_only(compare):
    [note] = compare({"short": 1}, {"short": 1}, role="sha256:other")["notes"]
    assert note == "the role files differ, but not in their rules"


def test_a_suite_in_which_a_broken_run_came_to_no_tuned_arm_is_named(write_run, sample):
    done = sample(1, {"short": True})
    early = sample(1, {"short": False}, arm="base+role", suite="stability")
    broken = write_run("b", [done, early], finished=False, bundle="sha256:bundle")
    whole = write_run("a", [done, sample(1, {"short": True}, suite="stability")])
    compared = compare_runs(read_run(whole), read_run(broken))
    assert [suite["suite"] for suite in compared["suites"]] == ["adherence"]
    [note] = compared["notes"]
    assert note.endswith("without stability, where it stopped before what it is about")
