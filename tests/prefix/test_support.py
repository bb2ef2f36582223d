from types import SimpleNamespace

import pytest
import torch
from transformers import (
    CohereConfig,
    Gemma2Config,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
    Qwen3MoeConfig,
    Qwen3NextConfig,
)

from rolewright.prefix.row import build_row
from rolewright.prefix.support import plain_loss, row_obstacle, try_rows, verify
from rolewright.training.adapter import add_adapter
from rolewright.training.config import LoraConfig

WINDOW = {"use_sliding_window": True, "sliding_window": 16}


@pytest.fixture
def examples(build_example):
    return [build_example([*range(5, 25), last, last + 1]) for last in range(30, 36)]


@pytest.mark.parametrize(
    "config",
    [
        Qwen2Config(**WINDOW, max_window_layers=0),
        Qwen3MoeConfig(**WINDOW),  # without layer_types
        MistralConfig(sliding_window=16),
    ],
)
def test_a_window_matters_where_a_conversation_outgrows_it(config):
    assert row_obstacle(config, 16) is None
    assert row_obstacle(config, 17) is not None


@pytest.mark.parametrize("config", [Qwen2Config(), LlamaConfig(), MistralConfig()])
def test_full_attention_is_no_obstacle(config):
    assert row_obstacle(config, 4000) is None


def test_the_text_model_of_a_larger_one_is_asked():
    inner = Qwen2Config(**WINDOW, max_window_layers=0)
    outer = SimpleNamespace(get_text_config=lambda: inner)
    assert "sliding_attention" in row_obstacle(outer, 17)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (Qwen3NextConfig(), "linear_attention"),
        (LlamaConfig(attention_dropout=0.1), "at random"),
        (CohereConfig(), "rescales"),
        (Gemma2Config(attn_logit_softcapping=None), "rescales"),
        (Gemma2Config(final_logit_softcapping=None), "rescales"),
    ],
)
def test_what_rows_cannot_do_is_named(config, reason):
    assert reason in row_obstacle(config, 10)


@pytest.mark.parametrize("adapter", [False, True])
def test_a_right_model_passes_the_trial(build_model, adapter):
    model = build_model(60).train()
    if adapter:
        model = add_adapter(model, LoraConfig(rank=4, dropout=0.5))
    assert try_rows(model) < 1e-5
    assert model.training
    assert try_rows(model.eval()) < 1e-5
    assert not model.training


def test_a_wrong_mask_fails_the_trial(build_model, see_everything):
    assert try_rows(build_model(60)) > 1e-3  # ten times what fp32 is allowed


def test_plain_loss_is_the_models_own(build_model, build_example):
    model = build_model(60)
    example = build_example([*range(20)], [i > 4 for i in range(20)])
    ids, labels = (torch.tensor([each]) for each in (example.input_ids, example.labels))
    expected = model(input_ids=ids, labels=labels).loss * 15
    torch.testing.assert_close(plain_loss(model, example), expected)


@pytest.mark.parametrize("adapter", [False, True])
def test_a_right_step_is_verified(build_model, examples, adapter):
    model = build_model(60)
    if adapter:  # dropout would differ between any two passes
        model = add_adapter(model, LoraConfig(rank=4, dropout=0.5))
    rows = [build_row(examples[:2]), build_row(examples[2:])]
    model.train()
    of_loss, of_gradient = verify(model, rows, examples)
    assert of_loss < 1e-5
    assert of_gradient < 1e-4
    assert all(each.training for each in model.modules())  # as before
    assert all(each.grad is None for each in model.parameters())


def test_a_wrong_step_is_found(build_model, examples, see_everything):
    of_loss, of_gradient = verify(build_model(60), [build_row(examples)], examples)
    assert of_loss > 1e-3
    assert of_gradient > 1e-2


def test_a_step_without_one_conversation_is_found(build_model, examples):
    of_loss, of_gradient = verify(build_model(60), [build_row(examples[1:])], examples)
    assert min(of_loss, of_gradient) > 1e-2
