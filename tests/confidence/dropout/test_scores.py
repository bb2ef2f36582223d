import itertools
import math

import pytest
import torch

from rolewright.confidence.dropout.passes import StochasticProbabilities
from rolewright.confidence.dropout.scores import dropout_scores
from rolewright.confidence.scores import DROPOUT_SCORES

VOCABULARY = 4


def networks(samples, tokens, seed=0):
    """Next-token distributions after every beginning, by each network: (K, T, beginnings, vocab).

    The t-th has one row for each of the ``VOCABULARY ** t`` beginnings; the rest is padding.
    """
    logits = 2 * torch.randn(
        samples,
        tokens,
        VOCABULARY ** (tokens - 1),
        VOCABULARY,
        generator=torch.Generator().manual_seed(seed),
        dtype=torch.float64,
    )
    return logits.softmax(-1)


def of_answer(distributions, answer):
    """What the networks say of an answer: (K, T, vocab) along its beginnings."""
    beginnings = [0]
    for token in answer[:-1]:
        beginnings.append(beginnings[-1] * VOCABULARY + token)
    return torch.stack([distributions[:, t, row] for t, row in enumerate(beginnings)], dim=1)


def scores(distributions, answer):
    along = of_answer(distributions, answer)
    mean = along.mean(0)
    found = StochasticProbabilities(
        token_logprobs=along[:, torch.arange(len(answer)), torch.tensor(answer)].log(),
        predictive_entropy=torch.special.entr(mean).sum(-1),
        expected_entropy=torch.special.entr(along).sum(-1).mean(0),
    )
    return dropout_scores(found)


def product_of_means(distributions, answer):
    mean = of_answer(distributions, answer).mean(0)
    return math.prod(float(mean[t, token]) for t, token in enumerate(answer))


@pytest.mark.parametrize("tokens", [1, 2, 3])
def test_the_mixture_is_a_distribution_over_answers(tokens):
    made = networks(5, tokens)
    answers = list(itertools.product(range(VOCABULARY), repeat=tokens))
    found = [scores(made, answer)["mixture_probability"] for answer in answers]
    assert len(found) == VOCABULARY**tokens
    assert sum(found) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("samples", "tokens", "same"), [(1, 3, True), (5, 1, True), (5, 3, False)])
def test_the_mixture_is_the_product_of_means_for_one_network_or_one_token(samples, tokens, same):
    made = networks(samples, tokens)
    for answer in itertools.product(range(VOCABULARY), repeat=tokens):
        found = scores(made, answer)["mixture_probability"]
        assert (found == pytest.approx(product_of_means(made, answer), rel=1e-9)) is same


def test_scores_of_an_answer_by_hand():
    logprobs = torch.tensor([[0.5, 0.4], [0.1, 0.8]]).log()
    entropies = torch.tensor([0.9, 0.5]), torch.tensor([0.6, 0.4])
    found = dropout_scores(StochasticProbabilities(logprobs, *entropies))
    assert found.keys() == DROPOUT_SCORES.keys()
    assert found["mixture_probability"] == pytest.approx((0.2 + 0.08) / 2)
    assert found["normalised_mixture"] == pytest.approx(0.14**0.5)
    assert found["predictive_entropy"] == pytest.approx(0.7)
    assert found["expected_entropy"] == pytest.approx(0.5)
    assert found["mutual_information"] == pytest.approx(0.2)
    assert found["logprob_deviation"] == pytest.approx((math.log(0.2) - math.log(0.08)) / 4)
    assert found["predictive_entropy"] == pytest.approx(
        found["expected_entropy"] + found["mutual_information"]
    )


def test_networks_that_agree_disagree_about_nothing():
    made = networks(1, 3).expand(6, -1, -1, -1)
    found = scores(made, (1, 0, 3))
    assert found["mutual_information"] == pytest.approx(0, abs=1e-12)
    assert found["logprob_deviation"] == pytest.approx(0, abs=1e-12)
