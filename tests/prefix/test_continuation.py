import pytest
import torch

from rolewright.generation.decode import generate, next_token_logprobs
from rolewright.generation.trace import Tap
from rolewright.prefix.cache import NO_PREFIX, compute_prefix
from rolewright.prefix.continuation import SHARED_ATTENTION, continuing

SHARED = list(range(5, 45))
PROMPTS = [[*SHARED, *own] for own in ([60], [61, 62, 63, 64, 65], [66, 67])]


def implementation(model):
    return model.config._attn_implementation


@pytest.mark.parametrize("key_heads", [1, 2, 4])
def test_rows_see_the_prefix_and_their_own_and_no_padding(build_model, key_heads):
    model = build_model(100, num_key_value_heads=key_heads)
    prefix = compute_prefix(model, SHARED)
    found = next_token_logprobs(model, PROMPTS, prefix=prefix)
    for row, prompt in zip(found, PROMPTS, strict=True):
        with torch.no_grad():
            alone = model(torch.tensor([prompt])).logits[0, -1].log_softmax(dim=-1)
        torch.testing.assert_close(row, alone, rtol=0, atol=2e-5)


def test_each_of_the_next_tokens_sees_them_too(build_model):
    model = build_model(100)
    alone = [generate(model, [prompt], stop_ids=(), max_new_tokens=9)[0] for prompt in PROMPTS]
    prefix = compute_prefix(model, SHARED)
    found = generate(model, PROMPTS, stop_ids=(), max_new_tokens=9, prefix=prefix)
    for one, other in zip(found, alone, strict=True):
        assert one.token_ids == other.token_ids
        assert one.logprobs == pytest.approx(other.logprobs, abs=2e-5)


def test_half_precision_differs_by_its_own_rounding_only(build_model):
    model = build_model(100).to(torch.bfloat16)
    prefix = compute_prefix(model, SHARED)
    assert prefix.keys_values.layers[0].keys.dtype == torch.bfloat16
    found = next_token_logprobs(model, PROMPTS, prefix=prefix)
    inside = next_token_logprobs(model, PROMPTS)
    torch.testing.assert_close(found, inside, rtol=0, atol=0.25)
    assert found.argmax(dim=-1).tolist() == inside.argmax(dim=-1).tolist()


def test_the_prefix_stands_in_no_rows_cache(build_model):
    model = build_model(100)
    with continuing(model, compute_prefix(model, SHARED)) as continuation:
        assert implementation(model) == SHARED_ATTENTION
        assert continuation.new_cache(3, model.config).get_seq_length() == 0
        assert continuation.in_cache(torch.ones(3, 2, dtype=torch.bool)).shape == (3, 2)
    assert implementation(model) == "sdpa"


def test_the_models_own_attention_is_back_after_an_error(build_model):
    model = build_model(100)
    with (
        pytest.raises(RuntimeError, match="halfway"),
        continuing(model, compute_prefix(model, SHARED)),
    ):
        raise RuntimeError("halfway")
    assert implementation(model) == "sdpa"


@pytest.mark.parametrize("kind", ["no prefix", "another attention", "no choice of attention"])
def test_elsewhere_it_stands_in_every_rows_cache(build_model, kind, monkeypatch):
    model = build_model(100)
    prefix = compute_prefix(model, SHARED)
    expected = next_token_logprobs(model, PROMPTS, prefix=prefix)
    if kind == "no prefix":
        prefix = NO_PREFIX
    elif kind == "another attention":
        model.set_attn_implementation("eager")
    else:
        monkeypatch.setattr(type(model), "_can_set_attn_implementation", lambda *_: False)
    before = implementation(model)
    with continuing(model, prefix) as continuation:
        assert implementation(model) == before
        cache = continuation.new_cache(3, model.config)
        assert cache.get_seq_length() == len(prefix.ids)
    found = next_token_logprobs(model, PROMPTS, prefix=prefix)
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-5)


def test_what_is_kept_of_a_prompt_begins_with_the_prefix(build_model):
    model = build_model(100)
    tap = Tap(stochastic_layer=1)
    prefix = compute_prefix(model, SHARED)
    found = generate(model, PROMPTS, stop_ids=(), max_new_tokens=2, prefix=prefix, tap=tap)
    plain = generate(model, PROMPTS, stop_ids=(), max_new_tokens=2, tap=tap)
    for one, other, prompt in zip(found, plain, PROMPTS, strict=True):
        kept = one.trace.prompt
        assert kept.tokens == other.trace.prompt.tokens == len(prompt) - 1
        for ours, theirs in zip(kept.of_layer(1), other.trace.prompt.of_layer(1), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)
