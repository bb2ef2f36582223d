import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.confidence.sampling.scores import sampling_scores
from rolewright.confidence.scores import SAMPLING_SCORES, surety

WORDS = st.sampled_from(["Paris", "paris.", "Rome", "罗马", "罗马。", "", "-5", "5"])
SAMPLES = st.lists(WORDS | st.text(max_size=3), min_size=1, max_size=12)


def test_scores_by_hand():
    found = sampling_scores(["Paris", "“paris”", "Rome", "PARIS."], "Paris!")
    entropy = -(3 / 4) * math.log(3 / 4) - (1 / 4) * math.log(1 / 4)
    assert found == pytest.approx({"agreement": 3 / 4, "semantic_entropy": entropy})
    assert found.keys() == SAMPLING_SCORES.keys()


def test_one_cluster_and_nothing_but_singletons():
    one = sampling_scores(["Rome", "rome", "ROME."], "Paris")
    assert one == {"agreement": 0, "semantic_entropy": 0}
    singletons = sampling_scores(["a", "b", "c", "d", "e"], "c")
    assert singletons == pytest.approx({"agreement": 1 / 5, "semantic_entropy": math.log(5)})


@given(SAMPLES, st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter(samples, chance):
    shuffled = chance.sample(samples, len(samples))
    assert sampling_scores(shuffled, samples[0]) == sampling_scores(samples, samples[0])


@given(SAMPLES, WORDS)
def test_bounds(samples, answer):
    found = sampling_scores(samples, answer)
    assert 0 <= found["agreement"] <= 1
    assert 0 <= found["semantic_entropy"] <= math.log(len(samples)) + 1e-12


@given(SAMPLES, st.integers(2, 5), WORDS)
def test_every_sample_several_times_changes_nothing(samples, times, answer):
    assert sampling_scores(samples * times, answer) == pytest.approx(
        sampling_scores(samples, answer)
    )


@given(st.lists(st.sampled_from("abcdef"), min_size=2, max_size=12))
def test_one_more_of_the_most_frequent_answer_is_surer(samples):
    most = max(sorted(set(samples)), key=samples.count)
    before, after = sampling_scores(samples, most), sampling_scores([*samples, most], most)
    assert after["agreement"] >= before["agreement"]
    assert after["semantic_entropy"] <= before["semantic_entropy"] + 1e-12
    for name in SAMPLING_SCORES:
        assert surety(name, after[name]) >= surety(name, before[name]) - 1e-12
