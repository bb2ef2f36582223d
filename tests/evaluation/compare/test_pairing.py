import shutil

import pytest

from rolewright.errors import UserError
from rolewright.evaluation.compare.pairing import pair_runs
from rolewright.evaluation.compare.run_folder import read_run


@pytest.fixture
def pair(write_run, tmp_path):
    """Pair two runs of these samples."""

    def build(first, second, arm=None, **conditions):
        shutil.rmtree(tmp_path)  # runs of another pair
        runs = [
            read_run(write_run("a", first)),
            read_run(write_run("b", second, **conditions)),
        ]
        return pair_runs(*runs, arm)

    return build


def ids(suite):
    return [treatment.conversation.id for treatment, _ in suite.pairs]


def test_only_what_both_were_asked_in_the_same_words_is_paired(pair, sample):
    kept = {"short": True}
    [suite] = pair(
        [sample(1, kept), sample(2, kept), sample(3, kept, texts=("Was?",))],
        [sample(4, kept), sample(3, kept, texts=("Wie?",)), sample(1, {"short": False})],
    )
    assert ids(suite) == ["1"]
    assert suite.left_out == 3
    [(treatment, baseline)] = suite.pairs
    assert (treatment.kept_all, baseline.kept_all) == (False, True)


def test_later_turns_are_paired_by_what_the_user_says(pair, sample):
    """The model's own answers differ; answers that stand before a first turn must not."""
    talk = {"suite": "stability", "turn": 1}
    [suite] = pair(
        [sample(1, {"short": True}, texts=("A?", "one", "B?"), **talk)],
        [sample(1, {"short": True}, texts=("A?", "two", "B?"), **talk)],
    )
    assert ids(suite) == ["1"]
    with pytest.raises(UserError, match="no prompt of"):
        pair(
            [sample(2, {"short": True}, texts=("A?", "one", "B?"))],
            [sample(2, {"short": True}, texts=("A?", "two", "B?"))],
        )


def test_a_rule_that_changed_does_not_judge(pair, sample):
    both = {"short": False, "polite": True, "own:check": True}
    changed = {"short": "sha256:other", "polite": "sha256:2"}
    [suite] = pair([sample(1, both)], [sample(1, both)], rules=changed)
    [(treatment, _)] = suite.pairs
    assert list(treatment.verdicts) == ["polite", "own:check"]
    with pytest.raises(UserError, match="judged here by the same rule"):
        pair([sample(2, {"short": True})], [sample(2, {"short": True})], rules=changed)


def test_each_run_is_taken_at_its_best_arm(pair, sample):
    base = [sample(1, {"short": True}, arm=arm) for arm in ("base", "base+role")]
    tuned = [*base, sample(1, {"short": True})]
    [suite] = pair(base, tuned)
    assert suite.arms == ("base+role", "tuned+role")


def test_an_arm_that_is_asked_for(pair, sample):
    first = [sample(1, {"short": True}, arm=arm) for arm in ("base", "base+role")]
    second = [*first, sample(1, {"short": True})]
    [suite] = pair(first, second, "base")
    assert suite.arms == ("base", "base")
    with pytest.raises(UserError, match="in the arm 'tuned\\+role'"):
        pair([sample(2, {"short": True}, arm="base")], [sample(2, {"short": True})], "tuned+role")


def test_suites_that_need_not_be_passed_are_no_comparison(pair, sample):
    samples = [sample(1, {"short": True}, suite=s) for s in ("adherence", "over_role")]
    assert [suite.suite for suite in pair(samples, samples)] == ["adherence"]


@pytest.mark.parametrize(
    ("arms", "conditions"),
    [
        (("base",), {"bundle": "sha256:bundle"}),
        (("base", "base+role"), {"base": ["url", "m"]}),
        (("base",), {}),
    ],
)
def test_a_run_that_stopped_before_its_target_is_not_taken_at_another_arm(
    write_run, sample, arms, conditions
):
    """It would be called worse for what its base model does."""
    early = [sample(1, {"short": False}, arm=arm) for arm in arms]
    whole = read_run(write_run("a", [*early, sample(1, {"short": True})]))
    broken = read_run(write_run("b", early, finished=False, **conditions))
    with pytest.raises(
        UserError, match=f"stopped before .* it has {', '.join(arms)} only".replace("+", "\\+")
    ):
        pair_runs(whole, broken)
    [suite] = pair_runs(whole, broken, "base")
    assert suite.arms == ("base", "base")
