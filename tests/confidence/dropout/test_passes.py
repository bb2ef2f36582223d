import math

import pytest
import scipy.stats
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Categorical, kl_divergence
from transformers import LlamaConfig, Qwen3Config, Qwen3MoeConfig

from rolewright.confidence.dropout.masks import draw_masks
from rolewright.confidence.dropout.passes import (
    StochasticProbabilities,
    _compare,
    stochastic_probabilities,
)
from rolewright.confidence.dropout.settings import DropoutSettings
from rolewright.generation.decode import generate
from rolewright.generation.trace import Tap
from rolewright.prefix.cache import compute_prefix

PROMPTS = [[5, 6, 7, 8, 30], [5, 6, 7, 40], [5, 6, 7, 8, 9, 10, 11, 12, 50], [5, 6, 7, 60, 61]]
SHAPE = {
    "vocab_size": 500,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "head_dim": 8,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": None,
}
EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16}


def build(kind):
    torch.manual_seed(0)
    if kind == "qwen3":
        model = transformers.Qwen3ForCausalLM(Qwen3Config(**SHAPE))
    elif kind == "moe":
        model = transformers.Qwen3MoeForCausalLM(Qwen3MoeConfig(**SHAPE, **EXPERTS))
    elif kind == "llama":
        model = transformers.LlamaForCausalLM(LlamaConfig(**SHAPE))
    else:
        shape = {key: value for key, value in SHAPE.items() if key != "head_dim"}
        model = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**shape))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.15)  # sharp enough that answers differ
    if kind == "lora":
        from peft import LoraConfig, get_peft_model

        model = get_peft_model(model, LoraConfig(target_modules="all-linear", lora_dropout=0.1))
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(parameter, std=0.1)
    return model.eval()


@pytest.fixture(scope="module")
def qwen2():
    return build("qwen2")


def naive_logprobs(model, prompt, answer, masks):
    """Full passes, one mask each, with dropout from the prompt's last token on; (K, T, vocab)."""
    layers = model.get_base_model().model.layers if hasattr(model, "peft_config") else None
    layers = model.model.layers if layers is None else layers
    first = len(layers) - masks.shape[1]
    found = []
    for mask in masks:
        handles = []
        for index, layer in enumerate(layers[first:]):
            for place, module in enumerate((layer.self_attn, layer.mlp)):

                def drop(_module, _arguments, output, keep=mask[index, place]):
                    states = output[0] if isinstance(output, tuple) else output
                    states = states.clone()
                    states[:, len(prompt) - 1 :] *= keep
                    return (states, *output[1:]) if isinstance(output, tuple) else states

                handles.append(module.register_forward_hook(drop))
        with torch.no_grad():
            logits = model(torch.tensor([prompt + answer])).logits[0]
        for handle in handles:
            handle.remove()
        found.append(logits[len(prompt) - 1 : -1].double().log_softmax(-1))
    return torch.stack(found)


@pytest.mark.parametrize("shared", [0, 3])
@pytest.mark.parametrize("kind", ["qwen2", "qwen3", "moe", "llama", "lora"])
@pytest.mark.parametrize(("rate", "layers"), [(0.3, 2), (0.1, 4)])
def test_the_cheap_passes_equal_full_ones_with_the_same_masks(kind, shared, rate, layers):
    model = build(kind)
    settings = DropoutSettings(rate=rate, layers=layers, samples=3, seed=5)
    prefix = compute_prefix(model, PROMPTS[0][:shared])
    generations = generate(
        model,
        PROMPTS,
        stop_ids={17},
        max_new_tokens=6,
        prefix=prefix,
        tap=Tap(stochastic_layer=4 - layers),
    )
    masks = draw_masks(settings, layers * 2 * 32).view(3, layers, 2, 32) / (1 - rate)
    for prompt, generation in zip(PROMPTS, generations, strict=True):
        answer = generation.token_ids + [17] * generation.stopped
        found = stochastic_probabilities(model, generation.trace, answer, settings)
        logprobs = naive_logprobs(model, prompt, answer, masks)  # (K, T, vocab)
        expected = logprobs[:, torch.arange(len(answer)), torch.tensor(answer)]
        torch.testing.assert_close(found.token_logprobs.double(), expected, atol=1e-5, rtol=1e-5)
        samples = Categorical(logits=logprobs)
        mixture = Categorical(probs=logprobs.exp().mean(0))
        torch.testing.assert_close(
            found.predictive_entropy.double(), mixture.entropy(), atol=1e-5, rtol=1e-5
        )
        torch.testing.assert_close(
            found.expected_entropy.double(), samples.entropy().mean(0), atol=1e-5, rtol=1e-5
        )
        divergence = kl_divergence(samples, Categorical(probs=mixture.probs.expand(3, -1, -1)))
        torch.testing.assert_close(
            found.mutual_information.double(), divergence.mean(0), atol=2e-5, rtol=1e-4
        )
        assert (found.mutual_information >= 0).all()
        assert (found.mutual_information <= math.log(3)).all()


def probabilities(model, settings, prompts=PROMPTS, **more):
    generations = generate(
        model, prompts, stop_ids=set(), max_new_tokens=5, tap=Tap(stochastic_layer=2), **more
    )
    return [
        (each, stochastic_probabilities(model, each.trace, each.token_ids, settings))
        for each in generations
    ]


def test_without_dropout_every_pass_is_the_served_one(qwen2):
    settings = DropoutSettings(rate=0, layers=2, samples=3)
    for generation, found in probabilities(qwen2, settings):
        served = torch.tensor(generation.logprobs)
        torch.testing.assert_close(found.token_logprobs, served.expand(3, -1), atol=1e-5, rtol=1e-5)
        entropies = torch.tensor(generation.entropies)
        torch.testing.assert_close(found.predictive_entropy, entropies, atol=1e-5, rtol=1e-5)
        assert found.mutual_information.max() < 1e-5


def test_bf16_products_come_close(qwen2):
    settings = DropoutSettings(rate=0.2, layers=2, samples=4)
    fast = settings.model_copy(update={"precision": "bf16"})
    pairs = zip(probabilities(qwen2, settings), probabilities(qwen2, fast), strict=True)
    for (_, exact), (_, rounded) in pairs:
        distance = (exact.token_logprobs - rounded.token_logprobs).abs().max()
        assert 0 < distance < 0.1
        assert rounded.expected_entropy.dtype == torch.float32
        assert (exact.expected_entropy - rounded.expected_entropy).abs().max() < 0.05


def test_the_rounded_projection_follows_its_weights():
    model = build("qwen2")
    settings = DropoutSettings(rate=0, layers=1, samples=1, precision="bf16")
    [(generation, _)] = probabilities(model, settings, PROMPTS[:1])
    with torch.no_grad():
        model.lm_head.weight.zero_()
    found = stochastic_probabilities(model, generation.trace, generation.token_ids, settings)
    assert found.token_logprobs.flatten().tolist() == pytest.approx(
        [-math.log(500)] * len(generation.token_ids)
    )


@given(st.integers(1, 5), st.sampled_from([0.1, 3, 100]), st.integers(0, 1000))
def test_information_is_a_jensen_shannon_divergence_within_its_bounds(samples, sharpness, seed):
    """Before negative round-off is cut off; scipy computes in double precision."""
    drawn = torch.Generator().manual_seed(seed)
    logits = sharpness * torch.randn(samples, 4, 7, generator=drawn)
    found = StochasticProbabilities(
        *_compare(logits, torch.arange(4), torch.empty(2, *logits.shape))
    )
    each = logits.double().softmax(-1).numpy()  # (samples, steps, vocabulary)
    divergence = scipy.stats.entropy(each, each.mean(0), axis=-1).mean(0)
    information = (found.predictive_entropy - found.expected_entropy).numpy()
    # Single precision of logits of up to some hundreds.
    assert information == pytest.approx(divergence, abs=2e-6 + 1e-6 * sharpness)
    assert found.predictive_entropy.numpy() == pytest.approx(
        scipy.stats.entropy(each.mean(0), axis=-1), abs=2e-6
    )
    assert (divergence <= math.log(samples) + 1e-12).all()
    assert found.token_logprobs.shape == (samples, 4)
    expected = logits.double().log_softmax(-1)[:, torch.arange(4), torch.arange(4)]
    torch.testing.assert_close(found.token_logprobs.double(), expected, atol=1e-4, rtol=1e-5)


def test_networks_that_are_each_sure_of_another_token():
    """Nothing is known but by the choice of the network: the information is the largest."""
    logits = 1e4 * torch.eye(5)[:, None]  # five networks, a step, five tokens
    found = StochasticProbabilities(*_compare(logits, torch.tensor([2]), torch.empty(2, 5, 1, 5)))
    assert found.mutual_information.item() == pytest.approx(math.log(5))
    assert found.expected_entropy.item() == 0
    assert found.token_logprobs.flatten().tolist() == [-1e4, -1e4, 0, -1e4, -1e4]
    alike = logits[:1].expand(5, -1, -1)
    found = StochasticProbabilities(*_compare(alike, torch.tensor([0]), torch.empty(2, 5, 1, 5)))
    assert found.mutual_information.item() == pytest.approx(0, abs=1e-6)


def test_one_sample_has_no_mutual_information(qwen2):
    for _, found in probabilities(qwen2, DropoutSettings(rate=0.4, layers=2, samples=1)):
        assert found.mutual_information.max() < 1e-5


def test_a_sample_depends_on_its_seed_and_number_alone(qwen2):
    settings = DropoutSettings(rate=0.2, layers=2, samples=4, seed=3)
    together = probabilities(qwen2, settings)
    more = settings.model_copy(update={"samples": 9})
    other = settings.model_copy(update={"seed": 4})
    for prompt, (_, found) in zip(PROMPTS, together, strict=True):
        [(_, alone)] = probabilities(qwen2, more, [prompt])
        torch.testing.assert_close(alone.token_logprobs[:4], found.token_logprobs)
        [(_, elsewhere)] = probabilities(qwen2, other, [prompt])
        assert (elsewhere.token_logprobs - found.token_logprobs).abs().min() > 1e-6


def test_a_trace_from_further_below_gives_the_same(qwen2):
    settings = DropoutSettings(rate=0.3, layers=2, samples=3)
    found = [
        stochastic_probabilities(qwen2, each.trace, each.token_ids, settings)
        for first in (2, 0)
        for each in generate(
            qwen2, PROMPTS[:1], stop_ids=set(), max_new_tokens=5, tap=Tap(stochastic_layer=first)
        )
    ]
    torch.testing.assert_close(found[0].token_logprobs, found[1].token_logprobs)


def test_masks_keep_their_share():
    masks = draw_masks(DropoutSettings(rate=0.25, layers=3, samples=50), 384)
    assert (masks.shape, masks.dtype) == ((50, 384), torch.bool)
    kept = float(masks.float().mean())
    assert abs(kept - 0.75) < 4 * math.sqrt(0.25 * 0.75 / masks.numel())


def test_chunks_change_nothing(qwen2, monkeypatch):
    settings = DropoutSettings(rate=0.2, layers=2, samples=4)
    [(generation, whole)] = probabilities(qwen2, settings, PROMPTS[:1])
    from rolewright.confidence.dropout import passes

    monkeypatch.setattr(passes, "_LOGITS_AT_ONCE", 1)
    monkeypatch.setattr(passes, "_COMPARED_AT_ONCE", 1)
    monkeypatch.setattr(passes, "_TOKENS_AT_ONCE", 1)
    found = stochastic_probabilities(qwen2, generation.trace, generation.token_ids, settings)
    torch.testing.assert_close(found.token_logprobs, whole.token_logprobs)
    torch.testing.assert_close(found.predictive_entropy, whole.predictive_entropy)


def test_nothing_listens_after_an_answer(qwen2):
    probabilities(qwen2, DropoutSettings(rate=0.2, layers=2, samples=2))
    for module in qwen2.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_an_untapped_answer_cannot_be_run_again(qwen2):
    [generation] = generate(qwen2, PROMPTS[:1], stop_ids=set(), max_new_tokens=2)
    settings = DropoutSettings(rate=0.2, layers=2, samples=2)
    with pytest.raises(ValueError, match="nothing was kept"):
        stochastic_probabilities(qwen2, generation.trace, generation.token_ids, settings)
