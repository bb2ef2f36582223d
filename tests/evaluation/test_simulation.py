"""The evaluation finds what is planted: a small part of benchmarks/simulation.py."""

import numpy as np
import pytest
from planted import Behaviour, planted_arms, role_of
from planted_conditions import Condition, verdicts
from planted_truth import truth_of
from scipy.stats import binom
from simulation import build, coverage, planted_value, simulate

from rolewright.evaluation.evaluate import Settings, evaluate

FEW = Condition(
    "few long conversations, seldom and badly broken",
    Behaviour(keeps=0.9, correlation=0.1),
    Behaviour(keeps=0.97, correlation=0.6),
    suite="stability",
    size={"sessions": {20: 6}},
    prompts=20,
)
CONDITIONS = [
    (FEW, 40),
    (
        Condition(
            "few prompts",
            Behaviour(keeps=0.02, correlation=0.3),
            Behaviour(keeps=0.9, correlation=0.8),
            language="zh",
            prompts=6,
            suite="consistency",
        ),
        100,
    ),
    (
        Condition(
            "small rates, both arms",
            Behaviour(keeps=0.02, unasked=0.02),
            Behaviour(keeps=0.05, unasked=0.05),
            prompts=8,
            suite="over_role",
        ),
        200,
    ),
    (
        Condition(
            "one family breaks the role",
            Behaviour(keeps=0.1, obeys_others=0.5),
            Behaviour(obeys={"authority": 0.97}, obeys_others=0.02, refuses=0.3),
            language="zh",
            prompts=8,
            suite="override",
            size={"each": 1},
        ),
        40,
    ),
    (
        Condition(
            "leaks",
            tuned=Behaviour(leaks=0.3),
            prompts=4,
            suite="leakage",
            size={"each": 2},
        ),
        60,
    ),
    (
        Condition(
            "ability is lost",
            tuned=Behaviour(knows=0.5),
            prompts=4,
            suite="general_ability",
            size={"questions": 30},
        ),
        100,
    ),
]


@pytest.mark.parametrize(("condition", "runs"), CONDITIONS, ids=lambda each: str(each)[:40])
def test_every_interval_contains_the_planted_figure(condition, runs):
    counts = coverage(condition, list(simulate(condition, runs)))
    assert len(counts) > 10
    shares = [count.held / count.runs for count in counts.values()]
    assert np.mean(shares) >= 0.95
    for path, count in counts.items():
        # Fewer would be seen once in 10,000 figures if the interval held in 95% of runs.
        assert count.held >= binom.ppf(1e-4, count.runs, 0.95), path


def test_a_wrong_figure_would_be_seen():
    planted, told = (Condition("", tuned=Behaviour(keeps=p), prompts=60) for p in (0.6, 0.9))
    counts = coverage(told, list(simulate(planted, 20)))
    assert counts["arms", "tuned+role", "isr"].held < 10
    assert counts["arms", "base+role", "isr"].held > 15
    with pytest.raises(KeyError):
        planted_value(truth_of(build(told), told.base, told.tuned), ["arms", "tuned", "isr"])


def test_replies_of_a_conversation_go_together_as_planted():
    """The intra-class correlation that a hundred conversations show is the planted one."""
    condition = Condition(
        "", tuned=Behaviour(0.5, 0.4), suite="stability", size={"sessions": {5: 400}}
    )
    role, suites = role_of("en"), build(condition)
    arms = planted_arms(role, suites, condition.base, condition.tuned, seed=0)
    [of_tuned] = [arm for arm in arms if arm.name == "tuned+role"]
    samples = evaluate(suites, [of_tuned], Settings(), lambda _: None)["stability"]["tuned+role"]
    kept = np.array([sample.kept_all for sample in samples]).reshape(400, 5)
    assert np.corrcoef(kept[:, 0], kept[:, 4])[0, 1] == pytest.approx(0.4, abs=0.1)
    assert kept.mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("condition", list(verdicts()), ids=lambda each: each.name)
def test_the_verdict_on_what_is_planted_is_right(condition):
    [results] = simulate(condition, 1)
    assert results["verdict"] == condition.verdict
    assert condition.reason in results["reason"]
