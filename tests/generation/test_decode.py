import math

import pytest
import torch

from rolewright.generation.decode import generate
from rolewright.generation.sampling import Sampling
from rolewright.generation.trace import Tap
from rolewright.prefix.cache import compute_prefix

PROMPTS = [[5, 6, 7, 8, 30], [5, 6, 7, 40], [5, 6, 7, 8, 9, 10, 11, 12, 50], [5, 6, 7, 60, 61]]


def reference(model, prompt, new_tokens, stop):
    """Greedy decoding of one prompt on its own by transformers."""
    output = model.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        max_new_tokens=new_tokens,
        do_sample=False,
        eos_token_id=stop,
        pad_token_id=0,
    )
    return output[0, len(prompt) :].tolist()


@pytest.fixture(scope="module")
def stop(tiny_model):
    """A token that the random model really writes early on in one answer, so that rows end."""
    return reference(tiny_model, PROMPTS[0], 12, 499)[4]


@pytest.mark.parametrize("shared", [0, 3])
def test_greedy_answers_equal_transformers_token_by_token(tiny_model, stop, shared):
    prefix = compute_prefix(tiny_model, PROMPTS[0][:shared])
    generations = generate(tiny_model, PROMPTS, stop_ids={stop}, max_new_tokens=12, prefix=prefix)
    ended = 0
    for prompt, generation in zip(PROMPTS, generations, strict=True):
        expected = reference(tiny_model, prompt, 12, stop)
        assert generation.token_ids + [stop] * generation.stopped == expected
        ended += generation.stopped
    assert 0 < ended < len(PROMPTS)  # rows that leave the batch early are covered, and others


def test_scores_equal_a_teacher_forced_forward(tiny_model, stop):
    generations = generate(tiny_model, PROMPTS, stop_ids={stop}, max_new_tokens=8)
    for prompt, generation in zip(PROMPTS, generations, strict=True):
        answer = generation.token_ids + [stop] * generation.stopped
        with torch.no_grad():
            logits = tiny_model(torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 : -1]
        p = logits.double().softmax(-1)
        top = p.sort(-1, descending=True).values
        chosen = p[torch.arange(len(answer)), torch.tensor(answer)]
        entropy = torch.distributions.Categorical(probs=p).entropy()
        assert generation.logprobs == pytest.approx(chosen.log().tolist(), abs=1e-4)
        assert generation.entropies == pytest.approx(entropy.tolist(), abs=1e-4)
        uniform = torch.distributions.Categorical(logits=torch.zeros_like(p))
        divergence = torch.distributions.kl_divergence(
            uniform, torch.distributions.Categorical(probs=p)
        )
        assert generation.certainties == pytest.approx(divergence.tolist(), abs=1e-4)
        assert generation.margins == pytest.approx((top[:, 0] - top[:, 1]).tolist(), abs=1e-4)


def test_given_answers_are_scored_as_if_they_had_been_chosen(tiny_model, stop):
    tap = Tap(layers=(0, 1), stochastic_layer=1)
    settings = Sampling(temperature=1.0, seed=3)
    ends = {stop, *range(0, 500, 7)}
    chosen = generate(tiny_model, PROMPTS, stop_ids=ends, sampling=settings, tap=tap)
    given = Sampling(given={row: each.chosen_ids for row, each in enumerate(chosen)})
    scored = generate(tiny_model, PROMPTS, stop_ids=ends, sampling=given, tap=tap)
    greedy = generate(tiny_model, PROMPTS, stop_ids=ends, tap=tap)
    for one, other, plain in zip(chosen, scored, greedy, strict=True):
        assert one.chosen_ids == other.chosen_ids != plain.chosen_ids
        for name in ("logprobs", "entropies", "margins", "certainties"):
            assert getattr(one, name) == getattr(other, name)
        assert torch.equal(one.trace.answer_end, other.trace.answer_end)
        assert torch.equal(torch.stack(one.trace.entering), torch.stack(other.trace.entering))
    mixed = generate(tiny_model, PROMPTS, stop_ids=ends, sampling=Sampling(given={2: [9, stop]}))
    assert [each.chosen_ids for each in mixed] == [
        [9, stop] if row == 2 else each.chosen_ids for row, each in enumerate(greedy)
    ]


def test_the_token_limit_cuts_and_says_so(tiny_model):
    [generation] = generate(tiny_model, PROMPTS[:1], stop_ids=set(), max_new_tokens=3)
    assert len(generation.token_ids) == len(generation.logprobs) == 3
    assert not generation.stopped


def test_tokens_stream_in_order(tiny_model, stop):
    seen = {row: [] for row in range(len(PROMPTS))}
    generations = generate(
        tiny_model,
        PROMPTS,
        stop_ids={stop},
        max_new_tokens=6,
        on_token=lambda row, token: seen[row].append(token),
    )
    assert list(seen.values()) == [generation.token_ids for generation in generations]


@pytest.mark.parametrize("prompt", [[5, 6], [5, 6, 8, 9]])
def test_a_prompt_that_does_not_continue_the_prefix_is_refused(tiny_model, prompt):
    prefix = compute_prefix(tiny_model, [5, 6, 7])
    with pytest.raises(ValueError, match="continue the shared prefix"):
        generate(tiny_model, [prompt], stop_ids=set(), prefix=prefix)


def test_sampling_follows_the_seed_and_keeps_untempered_scores(tiny_model):
    def sample(seed):
        settings = Sampling(temperature=2.0, seed=seed)
        [generation] = generate(
            tiny_model, PROMPTS[:1], stop_ids=set(), max_new_tokens=8, sampling=settings
        )
        return generation

    assert sample(1).token_ids == sample(1).token_ids
    assert sample(1).token_ids != sample(2).token_ids
    with torch.no_grad():
        logits = tiny_model(torch.tensor([PROMPTS[0]])).logits[0, -1].double()
    first = sample(1)
    expected = logits.log_softmax(-1)[first.token_ids[0]].item()
    assert first.logprobs[0] == pytest.approx(expected, abs=1e-4)
    assert math.exp(first.logprobs[0]) <= 1
