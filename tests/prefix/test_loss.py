import random

import pytest
import torch
import transformers
from transformers import LlamaConfig, Qwen3Config, Qwen3MoeConfig

import rolewright.prefix.loss as loss_module
from rolewright.prefix.loss import causal_model, computing_rows
from rolewright.prefix.row import build_row
from rolewright.prefix.support import plain_loss
from rolewright.training.adapter import add_adapter
from rolewright.training.config import LoraConfig

VOCABULARY = 60
SHAPE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "initializer_range": 0.3,
}
EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16}


@pytest.fixture(params=["qwen2", "qwen2-tied", "qwen3", "qwen3-moe", "llama"])
def model(request, build_model):
    torch.manual_seed(0)
    match request.param:
        case "qwen2":
            return build_model(VOCABULARY)
        case "qwen2-tied":
            return build_model(VOCABULARY, tie_word_embeddings=True)
        case "qwen3":
            return transformers.Qwen3ForCausalLM(Qwen3Config(**SHAPE))
        case "qwen3-moe":
            return transformers.Qwen3MoeForCausalLM(Qwen3MoeConfig(**SHAPE, **EXPERTS))
        case "llama":
            return transformers.LlamaForCausalLM(LlamaConfig(**SHAPE))


@pytest.fixture
def examples(build_example):
    draw = random.Random(0)

    def run(length):
        return [draw.randrange(VOCABULARY) for _ in range(length)]

    system, shot = run(20), run(17)
    ids = [[*system, *run(n)] for n in (1, 9)] + [[*system, *shot, *run(n)] for n in (3, 6)]
    ids += [[*system, *shot], run(23)]
    return [build_example(each, [i % 3 > 0 for i in range(len(each))]) for each in ids]


def gradients(model):
    named = model.named_parameters()
    return {name: each.grad.clone() for name, each in named if each.grad is not None}


def compare(model, examples, tolerance):
    """Loss and every gradient of two rows, against plain passes of one conversation each."""
    model.zero_grad()
    expected = sum(plain_loss(model, example) for example in examples)
    expected.backward()
    plain = gradients(model)
    model.zero_grad()
    with computing_rows(model):
        rows = (build_row(examples[:5]), build_row(examples[5:]))
        found = sum(model(row=row) for row in rows)
        found.backward()
    expected, found = expected.detach(), found.detach()
    assert found.dtype == torch.float32
    assert float(found) == pytest.approx(float(expected), rel=tolerance)
    ours = gradients(model)
    assert ours.keys() == plain.keys()
    assert ours
    for name, gradient in plain.items():
        distance = (ours[name] - gradient).norm()
        assert distance <= tolerance * gradient.norm() + 1e-5, name


@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("method", ["full", "lora"])
def test_loss_and_gradients_are_those_of_plain_passes(model, examples, method, checkpointing):
    if method == "lora":
        model = add_adapter(model, LoraConfig(rank=4))
        model.enable_input_require_grads()
        for name, parameter in model.named_parameters():
            if "lora_B" in name:  # zero at first, which would hide half of the gradients
                torch.nn.init.normal_(parameter, std=0.1)
    if checkpointing:
        model.gradient_checkpointing_enable()
    model.train()
    compare(model, examples, 1e-4)


def test_bf16_autocast_is_as_near_as_its_round_off(model, examples):
    with torch.autocast("cpu", torch.bfloat16):
        compare(model.train(), examples, 5e-2)


@pytest.mark.parametrize("logits", [1, 7 * VOCABULARY, 10_000 * VOCABULARY])
def test_chunks_of_logits_change_nothing(build_model, examples, monkeypatch, logits):
    sizes = []
    score = loss_module._score

    def watched(head, hidden, *rest):
        sizes.append(len(hidden))
        return score(head, hidden, *rest)

    monkeypatch.setattr(loss_module, "_score", watched)
    monkeypatch.setattr(loss_module, "_CHUNK_LOGITS", {"cpu": logits})
    compare(build_model(VOCABULARY).train(), examples, 1e-4)
    assert max(sizes) <= max(1, logits // VOCABULARY)
    trained = [len(build_row(part).targets) for part in (examples[:5], examples[5:])]
    assert sizes == trained if logits > VOCABULARY * 100 else len(sizes) > 2


def test_a_shared_token_counts_once_a_conversation(build_model, build_example):
    ids = list(range(24))
    compare(build_model(VOCABULARY), [build_example([*ids, last]) for last in range(6)], 1e-4)


def test_nothing_trained_is_a_loss_of_zero_that_can_be_differentiated(build_model, examples):
    model = build_model(VOCABULARY)
    with computing_rows(model):
        loss = model(row=build_row(examples).untrained())
        loss.backward()
    assert loss == 0
    assert all(not each.any() for each in gradients(model).values())


@pytest.mark.parametrize("adapter", [False, True])
def test_the_model_is_itself_again(build_model, examples, adapter):
    model = build_model(VOCABULARY)
    if adapter:
        model = add_adapter(model, LoraConfig(rank=4)).eval()
    ids = torch.tensor([[1, 2, 3]])
    with torch.no_grad():
        logits = model(input_ids=ids).logits
        attention = causal_model(model).config._attn_implementation
        with computing_rows(model):
            model(row=build_row(examples))
        with pytest.raises(AttributeError), computing_rows(model):  # even after an error
            model(row="no row")
        assert torch.equal(model(input_ids=ids).logits, logits)
    assert causal_model(model).config._attn_implementation == attention
    assert "forward" not in vars(causal_model(model))
