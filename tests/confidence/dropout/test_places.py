import pytest
import torch
import transformers
from peft import LoraConfig, get_peft_model

from rolewright.confidence.dropout.masks import draw_masks
from rolewright.confidence.dropout.passes import stochastic_probabilities
from rolewright.confidence.dropout.places import adapter_obstacle, mask_widths
from rolewright.confidence.dropout.settings import DropoutSettings
from rolewright.generation.decode import generate
from rolewright.generation.trace import Tap, decoder_layers

PROMPTS = [[5, 6, 7, 8, 30], [5, 6, 7, 40], [5, 6, 7, 8, 9, 10, 11, 12, 50]]
SHAPE = {
    "vocab_size": 300,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": None,
}
MIXTURE = {
    "num_experts": 4,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 16,
    "shared_expert_intermediate_size": 24,
}


def build(kind, **adapter):
    torch.manual_seed(0)
    if kind == "shared_expert":  # its linear layers are given all tokens in one dimension
        model = transformers.Qwen2MoeForCausalLM(transformers.Qwen2MoeConfig(**SHAPE, **MIXTURE))
    else:
        model = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**SHAPE))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.15)
    model = get_peft_model(model, LoraConfig(**{"target_modules": "all-linear", "r": 4} | adapter))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    return model.eval()


def settings(**changes):
    return DropoutSettings(
        **{"place": "adapter", "rate": 0.3, "layers": 2, "samples": 3, "seed": 5} | changes
    )


def answers(model, layers, prompts=PROMPTS, **more):
    tap = Tap(stochastic_layer=4 - layers)
    return generate(model, prompts, stop_ids={17}, max_new_tokens=6, tap=tap, **more)


def naive_logprobs(model, prompt, answer, settings):
    """Full passes, one mask each, by PEFT's definition of the adapted layers; (K, T, vocab).

    Nothing of ``places`` is used: each adapted layer is computed here from its matrices.
    """
    layers = decoder_layers(model)[-settings.layers :]
    modules = [m for layer in layers for m in layer.modules() if hasattr(m, "lora_A")]
    widths = [module.in_features for module in modules]
    masks = draw_masks(settings, sum(widths)) / (1 - settings.rate)
    found = []
    for sample in masks:
        handles = []
        for module, mask in zip(modules, sample.split(widths), strict=True):

            def adapted(module, arguments, output, mask=mask):
                [inputs] = arguments
                dropped = inputs.clone()
                dropped[..., len(prompt) - 1 :, :] *= mask
                low = dropped @ module.lora_A["default"].weight.T
                delta = low @ module.lora_B["default"].weight.T * module.scaling["default"]
                base = module.base_layer
                if "default" not in module.lora_variant:
                    return base(inputs) + delta
                weight = base.weight + module.get_delta_weight("default")
                scale = module.lora_magnitude_vector["default"].weight / weight.norm(dim=1)
                bias = 0 if base.bias is None else base.bias
                plain = inputs @ base.weight.T  # PEFT drops out of the scaled part as well
                return plain + bias + (scale - 1) * (dropped @ base.weight.T) + scale * delta

            handles.append(module.register_forward_hook(adapted))
        with torch.no_grad():
            logits = model(torch.tensor([prompt + answer])).logits[0]
        for handle in handles:
            handle.remove()
        found.append(logits[len(prompt) - 1 : -1].double().log_softmax(-1))
    return torch.stack(found)


@pytest.mark.parametrize(
    ("kind", "adapter"),
    [
        ("dense", {}),
        ("dense", {"lora_dropout": 0.2}),
        ("dense", {"use_dora": True}),
        ("dense", {"use_dora": True, "lora_dropout": 0.2}),
        ("shared_expert", {}),
    ],
)
@pytest.mark.parametrize(("rate", "layers"), [(0.3, 2), (0.1, 4)])
def test_the_cheap_passes_equal_full_ones_with_the_same_masks(kind, adapter, rate, layers):
    model = build(kind, **adapter)
    chosen = settings(rate=rate, layers=layers)
    for prompt, generation in zip(PROMPTS, answers(model, layers), strict=True):
        answer = generation.chosen_ids
        found = stochastic_probabilities(model, generation.trace, answer, chosen)
        logprobs = naive_logprobs(model, prompt, answer, chosen)
        expected = logprobs[:, torch.arange(len(answer)), torch.tensor(answer)]
        torch.testing.assert_close(found.token_logprobs.double(), expected, atol=1e-5, rtol=1e-5)
        assert expected.std(dim=0).min() > 1e-4  # the masks do something


@pytest.mark.parametrize("adapter", [{}, {"use_dora": True}])
def test_without_dropout_every_pass_is_the_served_one(adapter):
    model = build("dense", **adapter)
    for generation in answers(model, 2):
        found = stochastic_probabilities(
            model, generation.trace, generation.chosen_ids, settings(rate=0)
        )
        served = torch.tensor(generation.logprobs).expand(3, -1)
        torch.testing.assert_close(found.token_logprobs, served, atol=1e-5, rtol=1e-5)
        assert found.mutual_information.max() < 1e-5


def test_a_sample_depends_on_its_seed_and_number_alone():
    model = build("dense")
    together = answers(model, 2)
    for prompt, generation in zip(PROMPTS, together, strict=True):
        [alone] = answers(model, 2, [prompt])
        assert alone.chosen_ids == generation.chosen_ids
        first, more, other = (
            stochastic_probabilities(model, each.trace, each.chosen_ids, chosen).token_logprobs
            for each, chosen in (
                (generation, settings()),
                (alone, settings(samples=9)),
                (alone, settings(seed=6)),
            )
        )
        torch.testing.assert_close(more[:3], first)
        assert (other - first).abs().max() > 1e-4


def test_chunks_change_nothing(monkeypatch):
    model = build("dense")
    [generation] = answers(model, 2, PROMPTS[:1])
    arguments = (model, generation.trace, generation.chosen_ids, settings())
    whole = stochastic_probabilities(*arguments)
    monkeypatch.setattr("rolewright.confidence.dropout.passes._TOKENS_AT_ONCE", 1)
    torch.testing.assert_close(
        stochastic_probabilities(*arguments).token_logprobs, whole.token_logprobs
    )


@pytest.mark.parametrize("adapter", [{}, {"lora_dropout": 0.2, "use_dora": True}])
def test_the_adapter_is_left_as_it_was(adapter):
    model = build("dense", **adapter)
    before = [(name, id(module), module.training) for name, module in model.named_modules()]
    for generation in answers(model, 2):
        stochastic_probabilities(model, generation.trace, generation.chosen_ids, settings())
    after = [(name, id(module), module.training) for name, module in model.named_modules()]
    assert after == before


def test_one_mask_for_each_adapted_module():
    layers = decoder_layers(build("dense"))[-2:]
    assert mask_widths(layers, "adapter", 32) == [32, 32, 32, 32, 32, 32, 48] * 2
    assert mask_widths(layers, "residual", 32) == [32] * 4


def test_what_has_no_adapter_of_its_own():
    model = build("dense")
    assert adapter_obstacle(decoder_layers(model)[-1:]) is None
    model.merge_adapter()
    assert "merged into the weights" in adapter_obstacle(decoder_layers(model)[-1:])
    model.unmerge_adapter()
    assert "no adapter" in adapter_obstacle(decoder_layers(model.merge_and_unload())[-1:])
    below = build("dense", target_modules=["q_proj"], layers_to_transform=[0])
    assert "no adapter" in adapter_obstacle(decoder_layers(below)[-1:])
