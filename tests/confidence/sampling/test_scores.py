import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolewright.confidence.sampling.meaning import EQUAL_TEXTS
from rolewright.confidence.sampling.samples import Sample
from rolewright.confidence.sampling.scores import cluster, sampling_scores
from rolewright.confidence.scores import SAMPLING_SCORES, surety

WORDS = st.sampled_from(["Paris", "paris.", "Rome", "罗马", "罗马。", "", "-5", "5"])
SAMPLES = st.lists(WORDS | st.text(max_size=3), min_size=1, max_size=12)


class Synonyms:
    """Texts mean the same that begin with the same letter."""

    def compare(self, questions, texts):
        assert len(questions) == len(texts)
        return [np.array([[a[:1] == b[:1] for b in each] for a in each]) for each in texts]


def sample(text, logprob=None):
    """A drawn answer: the longer the less probable."""
    return Sample(text, tuple(map(ord, text)), -1.0 - len(text) if logprob is None else logprob)


def score(texts, answer, meaning=EQUAL_TEXTS):
    [found] = sampling_scores(["?"], [answer], [list(map(sample, texts))], meaning)
    return found


def test_scores_by_hand():
    found = score(["Paris", "“paris”", "Rome", "PARIS."], "Paris!")
    entropy = -(3 / 4) * math.log(3 / 4) - (1 / 4) * math.log(1 / 4)
    paris = math.exp(-6) + math.exp(-8) + math.exp(-7)
    p = paris / (paris + math.exp(-5))
    assert found == pytest.approx(
        {
            "agreement": 3 / 4,
            "semantic_entropy": entropy,
            "weighted_semantic_entropy": -p * math.log(p) - (1 - p) * math.log(1 - p),
        }
    )
    assert found.keys() == SAMPLING_SCORES.keys()


def test_one_cluster_and_nothing_but_singletons():
    one = score(["Rome", "rome", "ROME."], "Paris")
    assert one == dict.fromkeys(SAMPLING_SCORES, 0)
    singletons = score(["a", "b", "c", "d", "e"], "c")
    expected = dict.fromkeys(SAMPLING_SCORES, math.log(5)) | {"agreement": 1 / 5}
    assert singletons == pytest.approx(expected)


def test_two_answers_as_often_and_as_likely_as_each_other():
    found = score(["Rome", "Bonn"] * 5, "Bonn")
    both = dict.fromkeys(("semantic_entropy", "weighted_semantic_entropy"), math.log(2))
    assert found == pytest.approx(both | {"agreement": 1 / 2})


def test_what_a_model_calls_the_same_is_one_cluster():
    found = score(["Paris", "the capital", "Rome", "P"], "Pa", Synonyms())
    assert found["agreement"] == 2 / 4
    shares = (2 / 4, 1 / 4, 1 / 4)
    assert found["semantic_entropy"] == pytest.approx(-sum(p * math.log(p) for p in shares))


def test_questions_do_not_mix():
    samples = [list(map(sample, texts)) for texts in (["a", "b"], ["b", "bb", "c"], ["a"])]
    questions, answers = ["1", "2", "3"], ["a", "b", "b"]
    found = sampling_scores(questions, answers, samples, Synonyms())
    assert found == [
        sampling_scores([q], [a], [s], Synonyms())[0]
        for q, a, s in zip(questions, answers, samples, strict=True)
    ]
    assert [each["agreement"] for each in found] == [1 / 2, 2 / 3, 0]


def test_a_text_joins_the_first_cluster_whose_first_text_means_the_same():
    """Kuhn's algorithm: 0 ~ 1 and 1 ~ 2 do not make 0 ~ 2, and 3 is alone."""
    alike = np.eye(4, dtype=bool)
    for one, other in ((0, 1), (1, 2)):
        alike[one, other] = alike[other, one] = True
    assert cluster([0, 1, 2, 3, 1], alike) == [0, 0, 2, 3, 0]
    assert cluster([1, 0, 2, 3, 0], alike) == [1, 1, 1, 3, 1]
    assert cluster([2, 0, 1], alike) == [2, 0, 2]


def reference(texts, meaning):
    """Both entropies, cluster by cluster from their definitions."""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    [alike] = meaning.compare(["?"], [list(numbers)])
    clusters = [[texts[0]]]
    for text in texts[1:]:
        joined = [c for c in clusters if alike[numbers[c[0]], numbers[text]]]
        if joined:
            joined[0].append(text)
        else:
            clusters.append([text])
    counts = [len(c) / len(texts) for c in clusters]
    likelihoods = [sum(math.exp(sample(t).logprob) for t in set(c)) for c in clusters]
    weights = [each / sum(likelihoods) for each in likelihoods]
    return [-sum(p * math.log(p) for p in each) for each in (counts, weights)]


@given(st.lists(st.sampled_from(["ax", "ay", "b", "bx", "cxyz", "d"]), min_size=1, max_size=10))
def test_entropies_are_those_of_the_definition(texts):
    for meaning in (EQUAL_TEXTS, Synonyms()):
        found = score(texts, "ax", meaning)
        expected = reference(texts, meaning)
        assert found["semantic_entropy"] == pytest.approx(expected[0], abs=1e-12)
        assert found["weighted_semantic_entropy"] == pytest.approx(expected[1], abs=1e-12)


def test_likelihoods_that_underflow():
    far = [Sample("a", (1,), -2000.0), Sample("b", (2,), -2000.0 - math.log(3))]
    [found] = sampling_scores(["?"], ["a"], [far])
    expected = -(3 / 4) * math.log(3 / 4) - (1 / 4) * math.log(1 / 4)
    assert found["weighted_semantic_entropy"] == pytest.approx(expected)
    apart = [Sample("a", (1,), -1.0), Sample("b", (2,), -2000.0)]
    assert sampling_scores(["?"], ["a"], [apart])[0]["weighted_semantic_entropy"] == 0


@given(SAMPLES, st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter(samples, chance):
    shuffled = chance.sample(samples, len(samples))
    assert score(shuffled, samples[0]) == pytest.approx(score(samples, samples[0]), abs=1e-12)


@given(SAMPLES, WORDS)
def test_bounds(samples, answer):
    found = score(samples, answer)
    assert 0 <= found["agreement"] <= 1
    for name in ("semantic_entropy", "weighted_semantic_entropy"):
        assert 0 <= found[name] <= math.log(len(samples)) + 1e-12


@given(SAMPLES, st.integers(2, 5), WORDS)
def test_every_sample_several_times_changes_nothing(samples, times, answer):
    assert score(samples * times, answer) == pytest.approx(score(samples, answer), abs=1e-12)


@given(st.lists(st.sampled_from("abcdef"), min_size=2, max_size=12))
def test_one_more_of_the_most_frequent_answer_is_surer(samples):
    most = max(sorted(set(samples)), key=samples.count)
    before, after = score(samples, most), score([*samples, most], most)
    assert after["agreement"] >= before["agreement"]
    assert after["semantic_entropy"] <= before["semantic_entropy"] + 1e-12
    for name in SAMPLING_SCORES:
        assert surety(name, after[name]) >= surety(name, before[name]) - 1e-12
