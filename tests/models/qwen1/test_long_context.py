import pytest
import torch

from rolewright.generation.decode import generate
from rolewright.generation.load import load_chat_model
from rolewright.models.load import load_model
from rolewright.models.qwen1.long_context import MOST_TOKENS, context_limit, ntk_alpha
from rolewright.prefix.loss import computing_rows
from rolewright.prefix.row import build_row
from rolewright.prefix.support import plain_loss

SEQ = 16


def ids_of(length, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (length,), generator=generator).tolist()


def logits_of(model, ids, **named):
    with torch.no_grad():
        return model(torch.tensor([ids]), **named).logits[0]


@pytest.mark.parametrize(
    ("tokens", "alpha"),
    [(1, 1), (8192, 1), (8193, 3), (16384, 3), (16385, 7), (32767, 7), (32768, 7), (32769, 15)],
)
def test_alpha_of_a_prompt(tokens, alpha):
    assert ntk_alpha(tokens, 8192) == alpha


@pytest.mark.parametrize("length", [15, 16, 17, 31, 32, 33, 63, 64, 65, 150])
def test_evaluation_beyond_the_training_length_equals_the_original(write_qwen1, reference, length):
    folder, config, weights = write_qwen1()
    model = load_model(str(folder))
    ids = ids_of(length)
    logits = logits_of(model, ids)
    torch.testing.assert_close(logits, reference(weights, config, ids), rtol=0, atol=5e-4)
    if length > SEQ:
        plain = reference(weights, config, ids, training=True)
        assert (logits - plain).abs().max() > 0.05


def test_training_uses_neither(write_qwen1, reference):
    folder, config, weights = write_qwen1()
    model = load_model(str(folder)).train()
    ids = ids_of(40)
    expected = reference(weights, config, ids, training=True)
    torch.testing.assert_close(logits_of(model, ids), expected, rtol=0, atol=5e-4)


@pytest.mark.parametrize("training", [True, False], ids=["training", "validation"])
@pytest.mark.parametrize("lengths", [(12, 12), (40, 12)], ids=["row too long", "conversation too"])
def test_a_row_is_computed_as_in_training(write_qwen1, build_example, lengths, training):
    model = load_model(str(write_qwen1()[0])).train()
    examples = [build_example(ids_of(length, seed)) for seed, length in enumerate(lengths)]
    with torch.no_grad():
        expected = sum(plain_loss(model, example) for example in examples)
        with computing_rows(model.train(training)):
            found = model(row=build_row(examples))
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("left", [True, False], ids=["left", "right"])
def test_rows_of_a_padded_batch_have_their_own_alpha(write_qwen1, reference, left):
    folder, config, weights = write_qwen1()
    model = load_model(str(folder))
    rows = [ids_of(70, 1), ids_of(20, 2), ids_of(9, 3)]
    width = 70
    padding = [[0] * (width - len(row)) for row in rows]
    ids = [pad + row if left else row + pad for row, pad in zip(rows, padding, strict=True)]
    mask = [
        [0] * len(pad) + [1] * len(row) if left else [1] * len(row) + [0] * len(pad)
        for row, pad in zip(rows, padding, strict=True)
    ]
    mask = torch.tensor(mask)
    named = {"position_ids": (mask.cumsum(-1) - 1).clamp(min=0)} if left else {}
    with torch.no_grad():
        logits = model(torch.tensor(ids), attention_mask=mask, **named).logits
    for row, padded in zip(rows, logits, strict=True):
        found = padded[width - len(row) :] if left else padded[: len(row)]
        torch.testing.assert_close(found, reference(weights, config, row), rtol=0, atol=5e-4)


def assert_likeliest(reference, weights, config, prompt, chosen):
    """Each token has the highest logit of the original; CPUs round near ties differently."""
    logits = reference(weights, config, [*prompt, *chosen], prompt=len(prompt))
    logits = logits[len(prompt) - 1 : -1]
    picked = logits.gather(1, torch.tensor(chosen)[:, None])[:, 0]
    torch.testing.assert_close(picked, logits.max(dim=-1).values, rtol=0, atol=1e-3)


@pytest.mark.parametrize("length", [10, 17, 31, 40])
def test_answers_equal_the_original_with_alpha_fixed_by_the_prompt(write_qwen1, reference, length):
    """Answers that cross one or two lengths at which a longer prompt has another alpha."""
    folder, config, weights = write_qwen1()
    prompt = ids_of(length)
    [answer] = generate(load_model(str(folder)), [prompt], stop_ids=set(), max_new_tokens=30)
    assert len(answer.token_ids) == 30
    assert_likeliest(reference, weights, config, prompt, answer.token_ids)


def test_the_generation_of_transformers_gives_the_same(write_qwen1, reference):
    folder, config, weights = write_qwen1()
    prompt = ids_of(20)
    output = load_model(str(folder)).generate(
        torch.tensor([prompt]), max_new_tokens=20, do_sample=False, eos_token_id=511
    )
    assert_likeliest(reference, weights, config, prompt, output[0, 20:].tolist())


def test_questions_of_all_lengths_are_answered_as_one_by_one(write_qwen1, reference, talk):
    """Some share a prefix and a batch and outgrow seq_length in the answer, others start beyond."""
    folder, config, weights = write_qwen1(seq_length=48)
    chat = load_chat_model(str(folder), say=lambda _: None)
    asked = [talk("q" * n, system="be the") for n in (1, 30, 2, 60, 5, 100)]
    answers = chat.answer(asked, max_new_tokens=40, batch_size=3)
    beyond = 0
    for conversation, answer in zip(asked, answers, strict=True):
        prompt = chat.encoder.encode_prompt(conversation.system, conversation.messages)
        beyond += len(prompt) > 48
        assert_likeliest(reference, weights, config, prompt, answer.generation.chosen_ids)
    assert 0 < beyond < len(asked)


def test_the_limit_is_that_of_the_original(write_qwen1, talk):
    folder, _, _ = write_qwen1()
    model = load_model(str(folder))
    assert context_limit(model.config) == MOST_TOKENS == 32767
    logits_of(model, [5], position_ids=torch.tensor([[MOST_TOKENS - 1]]))
    with pytest.raises(ValueError, match="no logn factor beyond 32767"):
        logits_of(model, ids_of(17), position_ids=torch.arange(17)[None] + MOST_TOKENS - 16)


@pytest.mark.parametrize("missing", ["use_dynamic_ntk", "use_logn_attn"])
def test_without_both_settings_the_training_length_is_the_limit(write_qwen1, talk, missing):
    from rolewright.errors import UserError

    folder, _, _ = write_qwen1(**{missing: False})
    chat = load_chat_model(str(folder), say=lambda _: None)
    with pytest.raises(UserError, match="at most 16 tokens together"):
        chat.answer([talk("the")], max_new_tokens=30)


def test_keys_of_an_unknown_base_are_refused(write_qwen1):
    from transformers import DynamicCache

    folder, _, _ = write_qwen1()
    model = load_model(str(folder))
    cache = DynamicCache(config=model.config)
    logits_of(model, ids_of(20), past_key_values=cache)
    del cache.ntk_alphas
    with pytest.raises(ValueError, match="by which base"):
        logits_of(model, [3], past_key_values=cache)


def test_rows_with_different_bases_do_not_leave_a_batch(write_qwen1):
    folder, _, _ = write_qwen1()
    prompts = [ids_of(20, 1), ids_of(40, 2)]
    model = load_model(str(folder))
    first = generate(model, prompts[:1], stop_ids=set(), max_new_tokens=1)[0].token_ids
    with pytest.raises(ValueError, match="by which base"):
        generate(model, prompts, stop_ids=set(first), max_new_tokens=5)


def test_an_adapter_changes_nothing_of_it(write_qwen1, reference):
    """The scale reaches the whole query, the adapter's part of it too."""
    import peft

    folder, config, weights = write_qwen1()
    model = load_model(str(folder))
    model = peft.get_peft_model(model, peft.LoraConfig(r=2, target_modules=["q_proj"]))
    adapted = dict(weights)
    for layer in range(config["num_hidden_layers"]):
        projection = model.base_model.model.model.layers[layer].self_attn.q_proj
        b = torch.randn(32, 2, generator=torch.Generator().manual_seed(layer)) * 0.3
        projection.lora_B["default"].weight.data.copy_(b)
        name = f"transformer.h.{layer}.attn.c_attn.weight"
        changed = weights[name].clone()
        changed[:32] += projection.scaling["default"] * b @ projection.lora_A["default"].weight.data
        adapted[name] = changed
    ids = ids_of(40)
    expected = reference(adapted, config, ids)
    torch.testing.assert_close(logits_of(model.eval(), ids), expected, rtol=0, atol=1e-3)
    assert (expected - reference(weights, config, ids)).abs().max() > 0.05
