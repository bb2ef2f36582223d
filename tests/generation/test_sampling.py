import torch

from rolewright.generation.sampling import GREEDY, Sampling, choose_tokens

LOGITS = torch.tensor([[0.0, 1.0, 2.0, -1.0]])


def draw(sampling, number=4000):
    generator = sampling.generator(torch.device("cpu"))
    tokens = choose_tokens(LOGITS.expand(number, -1), sampling, generator)
    return torch.bincount(tokens, minlength=4) / number


def test_greedy_takes_the_likeliest():
    assert choose_tokens(LOGITS, GREEDY, None).tolist() == [2]


def test_frequencies_follow_the_tempered_softmax():
    frequencies = draw(Sampling(temperature=0.5, seed=3))
    torch.testing.assert_close(frequencies, (LOGITS[0] / 0.5).softmax(-1), rtol=0, atol=0.03)


def test_the_nucleus_is_the_smallest_set_that_holds_top_p():
    # Probabilities 0.64, 0.24, 0.09, 0.03: the first two hold 0.88, so 0.8 needs both.
    frequencies = draw(Sampling(temperature=1.0, top_p=0.8, seed=3))
    assert frequencies[[0, 3]].tolist() == [0, 0]
    assert abs(frequencies[2].item() - 0.731) < 0.03
