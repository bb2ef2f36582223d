import json
import random
from collections import Counter
from contextlib import nullcontext

import pytest
import torch

from rolewright.errors import UserError
from rolewright.tokens.chatml import ChatEncoder
from rolewright.training.adapter import add_adapter
from rolewright.training.config import LoraConfig, load_config
from rolewright.training.packing import choose_layout, tell_savings, tell_weights, verify_step
from rolewright.training.steps import StepPlanner, StepSampler
from rolewright.training.trainer import TrainingData, run_training

SYSTEM = "You are Atlas, a geography assistant. Answer with the name only: no sentence. " * 2
WINDOW = {"use_sliding_window": True, "sliding_window": 16, "max_window_layers": 0}


@pytest.fixture
def examples(build_example):
    return [build_example([*range(5, 25), last, last + 1]) for last in range(30, 38)]


def choose(model, examples, *settings):
    said = []
    layout = choose_layout(model, examples, load_config(None, list(settings)), 3, said.append)
    return layout, said


@pytest.mark.parametrize(
    ("kind", "rows", "share"),
    [("auto", True, True), ("shared_prefix", True, True), ("separate", True, False)],
)
def test_rows_are_chosen_where_they_are_exact(build_model, examples, kind, rows, share):
    settings = (f"packing.kind={kind}", "packing.row_tokens=77", "micro_batch_size=5")
    layout, said = choose(build_model(60), examples, *settings)
    assert (layout.rows, layout.limits.share) == (rows, share)
    assert (layout.limits.tokens, layout.limits.conversations) == (77, 5)
    assert (layout.process, layout.processes) == (0, 1)
    assert said == []


def test_none_is_padded_batches(build_model, examples):
    layout, said = choose(build_model(60), examples, "packing.kind=none")
    assert not layout.rows
    assert layout.pad_id == 3
    assert said == []


def test_a_window_is_no_obstacle_to_short_conversations(build_model, examples):
    model = build_model(60, **(WINDOW | {"sliding_window": 36}))
    assert choose(model, examples)[0].rows


def test_auto_falls_back_and_says_why(build_model, examples):
    layout, [said] = choose(build_model(60, **WINDOW), examples)
    assert not layout.rows
    assert said.startswith("the system message is computed for each conversation anew: ")
    assert "sliding_attention" in said


@pytest.mark.parametrize("kind", ["shared_prefix", "separate"])
def test_what_is_asked_for_is_refused_where_it_is_not_exact(build_model, examples, kind):
    with pytest.raises(UserError, match=f"packing.kind: {kind}: .*sliding_attention") as caught:
        choose(build_model(60, **WINDOW), examples, f"packing.kind={kind}")
    assert "packing.kind=none" in str(caught.value)


def test_a_model_that_computes_rows_wrongly_is_found_out(build_model, examples, see_everything):
    with pytest.raises(UserError, match="a small trial differs from its own computation"):
        choose(build_model(60), examples, "packing.kind=shared_prefix")
    layout, [said] = choose(build_model(60), examples)
    assert not layout.rows
    assert "a small trial differs from its own computation" in said


def test_savings_are_told(build_model, examples):
    planner = StepPlanner(examples, choose(build_model(60), examples)[0])
    said = []
    tell_savings(planner, StepSampler(8, 8, seed=1), said.append)
    assert said[0].startswith("176 tokens an epoch, 36 to compute (4.9 times fewer)")
    assert said[0].endswith("a row of at most 1,084 tokens")


def test_what_weights_do_is_told():
    said = []
    tell_weights(StepSampler(4, 2, seed=1, weights=[2.0, 2.0, 1e-9, 1e-9]), said.append)
    assert said[0].startswith("by their weights, 2 of 4 examples are left out of the first epoch")
    assert said[0].endswith("and 2 come more than once")


def test_the_first_step_is_verified(build_model, examples):
    model = build_model(60)
    planner = StepPlanner(examples, choose(model, examples, "packing.row_tokens=30")[0])
    said = []
    verify_step(model, planner, range(8), said.append)
    assert said[0].startswith("verified: loss and gradients of 8 conversations in 2 rows differ")


def test_a_wrong_first_step_is_refused(build_model, examples, see_everything):
    model = build_model(60)
    layout, _ = choose(model, examples, "packing.kind=none")
    planner = StepPlanner(examples, type(layout)(layout.limits, rows=True))
    with pytest.raises(UserError, match="the first step differs"):
        verify_step(model, planner, range(8), print)


@pytest.mark.parametrize(
    ("precision", "differences", "refused"),
    [
        (torch.float32, (1e-6, 2e-4), "the gradient of the first step"),
        (torch.float32, (2e-4, 1e-6), "the loss of the first step"),
        (torch.bfloat16, (2e-2, 5e-2), None),
        (torch.bfloat16, (2e-2, 2e-1), "the gradient of the first step"),
        (torch.bfloat16, (5e-2, 5e-2), "the loss of the first step"),
        (torch.float32, (float("nan"), 1e-6), "the loss of the first step"),
    ],
)
def test_each_precision_has_its_limits(
    monkeypatch, build_model, examples, precision, differences, refused
):
    monkeypatch.setattr("rolewright.training.packing.verify", lambda *_: differences)
    model = build_model(60).to(precision)
    planner = StepPlanner(examples, choose(model, examples)[0])
    with nullcontext() if refused is None else pytest.raises(UserError, match=refused):
        verify_step(model, planner, range(8), lambda _: None)


def test_on_a_cpu_what_is_shared_decides_about_the_row(build_model, build_example, examples):
    def row_tokens(of, *settings):
        return StepPlanner(of, choose(build_model(60), of, *settings)[0]).limits.tokens

    def sharing(tokens):
        return [build_example([5] * tokens + [last, last + 1]) for last in range(30, 38)]

    assert row_tokens(examples) == 1084
    assert row_tokens(sharing(500)) == 2524
    assert row_tokens(sharing(3400)) == 8192
    assert row_tokens(sharing(500), "packing.kind=none") == 1024
    assert row_tokens(sharing(500), "packing.kind=separate") == 1024
    assert row_tokens(sharing(500), "packing.row_tokens=7000") == 7000


@pytest.fixture
def losses(tiny_tokenizer, build_model, talk, tmp_path):
    """Train on conversations that share a system message; training and validation losses."""
    draw = random.Random(0)
    encoder = ChatEncoder(tiny_tokenizer)
    words = ["France", "Paris", "Japan", "Asia", "Europe", "capital", "continent"]

    def text(most):
        return " ".join(draw.choice(words) for _ in range(draw.randint(1, most)))

    talks = [talk(text(6), text(20), text(3), text(4), system=SYSTEM) for _ in range(14)]
    talks += [talk("Which continent?", "Asia", system=SYSTEM)] * 2

    def train(name, *settings, **model_settings):
        config = load_config(
            None, ["precision=fp32", "max_steps=4", "batch_size=6", "method=full",
                   "optimizer.learning_rate=0.01", "checkpoint.every_steps=2", *settings],
        )  # fmt: skip
        encoded = [encoder.encode_conversation(each, loss=config.loss) for each in talks]
        model = build_model(len(tiny_tokenizer), **model_settings)
        if config.method == "lora":
            model = add_adapter(model, LoraConfig(rank=4))
        said = []
        run_training(
            model, TrainingData(encoded[4:], encoded[:4]), config,
            folder=tmp_path / name, pad_id=0, say=said.append,
        )  # fmt: skip
        lines = (tmp_path / name / "metrics.jsonl").read_text().splitlines()
        entries = [json.loads(line) for line in lines]
        found = [e[key] for e in entries for key in ("loss", "eval_loss") if key in e]
        assert len(found) == 6
        return found, said

    return train


@pytest.mark.parametrize("settings", [(), ("loss=qwen",), ("method=lora",)])
def test_the_layout_does_not_change_the_losses(losses, settings):
    shared, said = losses("shared", "packing.kind=shared_prefix", *settings)
    assert "to compute" in said[0]
    assert shared[0] != pytest.approx(shared[1], abs=1e-2)
    for name, *others in [
        ("separate", "packing.kind=separate"),
        ("none", "packing.kind=none"),
        ("small", "packing.row_tokens=150"),
        ("micro", "micro_batch_size=2", "packing.verify=true"),
    ]:
        assert losses(name, *settings, *others)[0] == pytest.approx(shared, abs=1e-5), name


def test_training_splits_a_step_into_rows(losses, monkeypatch):
    from rolewright.training.exact_trainer import ExactTrainer

    steps = Counter()
    whole = ExactTrainer.training_step

    def watched(self, model, inputs, count=None):
        steps[len(inputs["step"].passes)] += 1
        return whole(self, model, inputs, count)

    monkeypatch.setattr(ExactTrainer, "training_step", watched)
    losses("small", "packing.row_tokens=150")
    assert sum(steps.values()) == 4
    assert min(steps) > 1


def test_a_window_trains_on_padded_batches(losses):
    found, said = losses("auto", **WINDOW)
    assert "anew" in said[0]
    assert found == pytest.approx(losses("none", "packing.kind=none", **WINDOW)[0], abs=1e-6)
    assert found != pytest.approx(losses("full")[0], abs=1e-3)


def test_the_gradient_of_a_step_is_that_of_its_mean_loss(build_model, examples, tmp_path):
    """One step of plain descent, against the mean over the trained tokens of plain passes."""
    from rolewright.prefix.support import plain_loss
    from rolewright.training.exact_trainer import ExactTrainer

    model, other = build_model(60), build_model(60)
    found = {}
    whole = ExactTrainer.training_step

    def watched(self, model, inputs, count=None):
        loss = whole(self, model, inputs, count)
        found.update({n: p.grad.clone() for n, p in model.named_parameters()})
        return loss

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ExactTrainer, "training_step", watched)
        config = load_config(
            None,
            ["precision=fp32", "max_steps=1", "batch_size=8", "method=full",
             "packing.row_tokens=30"],
        )  # fmt: skip
        run_training(
            model, TrainingData(examples), config, folder=tmp_path, pad_id=0, say=lambda _: None
        )
    (sum(plain_loss(other, each) for each in examples) / (21 * 8)).backward()
    for name, parameter in other.named_parameters():
        torch.testing.assert_close(found[name], parameter.grad, rtol=1e-4, atol=1e-6)
