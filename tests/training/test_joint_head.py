import json
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState

from rolewright.bundle.read import read_bundle
from rolewright.confidence.scorer import Scorer, default_head_layers, read_features, read_joint_head
from rolewright.conversations.prompt_hash import hash_prompt
from rolewright.conversations.questions import read_questions
from rolewright.errors import UserError
from rolewright.generation.load import load_chat_model
from rolewright.prefix.loss import computing_rows
from rolewright.role.resolve import resolve_system
from rolewright.tokens.chatml import ChatEncoder
from rolewright.training.adapter import add_adapter
from rolewright.training.config import ConfidenceHeadConfig, LoraConfig, load_config
from rolewright.training.graded import read_graded
from rolewright.training.joint_head import JointHead, _Network
from rolewright.training.packing import choose_layout
from rolewright.training.train import Watcher, train

QUIET = Watcher(lambda _: None)
SHORT = ["precision=fp32", "max_steps=4", "batch_size=4"]
PACKING = ["packing.kind=shared_prefix", "packing.kind=none", "micro_batch_size=2"]


@pytest.fixture(autouse=True)
def accelerator_of_its_own():
    """Accelerate keeps the precision of a process's first accelerator: of another test, in bf16."""
    AcceleratorState._reset_state(reset_partial_state=True)
    yield
    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.fixture
def graded_file(write_rows):
    """Answers of different lengths, in two languages; right are those that say 是 or Yes."""
    rows = [
        {
            "messages": [{"role": "user", "content": f"Question {number}? 问题" + " x" * number}],
            "response": ("Yes 是" if number % 3 else "No 不") + f" {number}" * (number % 4),
            "correct": number % 3 > 0,
        }
        for number in range(12)
    ]
    return write_rows("graded.jsonl", rows)


def joint(graded_file, tokenizer, role, model, *settings, **changes):
    """A head, and the model that it is trained with, on the answers of a file."""
    config = load_config(None, [*SHORT, f"confidence_head.data={graded_file}", *settings])
    graded = read_graded(config, ChatEncoder(tokenizer), role, lambda _: None)
    return JointHead(
        graded,
        choose_layout(model, graded.examples, config, 0, lambda _: None),
        default_head_layers(model),
        model.config.hidden_size,
        ConfidenceHeadConfig(**{"data": str(graded_file)} | changes),
        seed=1,
        device=torch.device("cpu"),
    )


def laying_out(model, packing):
    return nullcontext() if packing == "packing.kind=none" else computing_rows(model)


def plain_features(model, head, index):
    """What is read of an answer, by a pass of its own."""
    example, prompt = head._graded.examples[index], head._graded.prompt_tokens[index]
    kept = []
    layers = model.get_base_model().model.layers
    hooks = [layers[i].register_forward_hook(lambda _m, _a, o: kept.append(o)) for i in head.layers]
    model(input_ids=torch.tensor([list(example.input_ids)]), use_cache=False)
    for hook in hooks:
        hook.remove()
    states = [each[0] if isinstance(each, tuple) else each for each in kept]
    ends = (prompt - 1, len(example) - 1)
    return torch.cat([state[0, at] for at in ends for state in states])


@pytest.mark.parametrize("packing", PACKING)
def test_a_head_reads_in_training_what_it_reads_while_decoding(
    role, graded_file, tiny_tokenizer, tiny_folder, packing
):
    model = load_chat_model(str(tiny_folder), precision="fp32")
    questions = read_questions([graded_file])
    scorer = Scorer(head_layers=default_head_layers(model.model))
    answers = model.answer(
        [resolve_system(question.conversation, role.system) for question in questions],
        responses=[question.response for question in questions],
        tap=scorer.tap(model.model),
    )
    expected = np.stack([read_features(answer.generation.trace) for answer in answers])
    head = joint(graded_file, tiny_tokenizer, role, model.model, packing)
    found = np.zeros_like(expected)
    with laying_out(model.model, packing), torch.no_grad():
        for inside in head._planner.shares(range(12))[0]:
            found[inside] = head.features(model.model, inside).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("packing", PACKING)
def test_the_gradient_is_that_of_the_weighted_cross_entropy(
    role, graded_file, tiny_tokenizer, build_model, packing, checkpointing
):
    torch.manual_seed(3)
    model = add_adapter(build_model(len(tiny_tokenizer)), LoraConfig(rank=4)).train()
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    head = joint(graded_file, tiny_tokenizer, role, model, packing, batch_size=5, weight=0.3)
    with laying_out(model, packing):
        head.standardise(model, Accelerator(cpu=True))
    torch.nn.init.normal_(head._head.layers[-1].weight)
    weight, bias = (
        torch.tensor(each[0]) for each in (head.trained().weights, head.trained().biases)
    )
    model.train()
    [chosen, *_] = list(head._sampler)
    losses = []
    for index in chosen:
        features = plain_features(model, head, index)
        right = (features @ weight[0] + bias).sigmoid()[0]
        losses.append(-(right if head._graded.correct[index] else 1 - right).log())
    mean = torch.stack(losses).mean()
    (0.3 * mean).backward()
    expected = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    if checkpointing:
        model.enable_input_require_grads()
        model.gradient_checkpointing_enable()
    with laying_out(model, packing):
        loss = head.learn(model, 0, Accelerator(cpu=True), 1.0)
    assert loss == pytest.approx(float(mean.detach()), rel=1e-4)
    found = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    assert found.keys() == expected.keys()
    assert max(float(each.abs().max()) for each in expected.values()) > 1e-3
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize("kind", ["linear", "mlp"])
def test_the_plain_head_says_what_the_trained_one_says(kind):
    network = _Network(10, kind, seed=0)
    features = 5 * torch.randn(30, 10) + torch.arange(10)
    features[:, 3] = 7  # a component that never changes
    network.standardise(features)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter)
    assert torch.equal(network.factor[3], torch.tensor(0.0))
    found = network.plain().apply(features.numpy())
    np.testing.assert_allclose(found, network(features).sigmoid().detach(), atol=1e-5)
    assert found.std() > 0.05


def test_a_head_starts_without_an_opinion_and_draws_nothing(build_model):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    networks = [_Network(6, "mlp", seed=seed) for seed in (1, 1, 2)]
    assert torch.equal(torch.rand(3), expected)
    assert networks[0](torch.randn(4, 6)).abs().max() == 0
    first = [network.layers[0].weight for network in networks]
    assert torch.equal(first[0], first[1])
    assert not torch.equal(first[0], first[2])


@pytest.mark.parametrize("kind", ["linear", "mlp"])
def test_a_head_learns_to_tell_right_from_wrong(
    role, graded_file, tiny_tokenizer, build_model, kind
):
    model = build_model(len(tiny_tokenizer)).requires_grad_(False)
    head = joint(
        graded_file, tiny_tokenizer, role, model, "packing.kind=none",
        kind=kind, learning_rate=0.05, batch_size=12,
    )  # fmt: skip
    accelerator = Accelerator(cpu=True)
    head.standardise(model, accelerator)
    losses = [head.learn(model, step, accelerator, 1.0) for step in range(60)]
    assert losses[0] == pytest.approx(np.log(2), abs=1e-3)
    assert losses[-1] < 0.2
    assert head.learn(model, 60, accelerator, 0.0) == head.learn(model, 60, accelerator, 0.0)


def test_every_answer_is_learnt_from_once_an_epoch(role, graded_file, tiny_tokenizer, tiny_model):
    head = joint(graded_file, tiny_tokenizer, role, tiny_model, batch_size=5)
    seen = []
    head.features = lambda _model, inside: seen.append(inside) or torch.zeros(len(inside), 128)
    for step in range(6):
        head.learn(tiny_model, step, Accelerator(cpu=True), 1.0)
    flat = [index for inside in seen for index in inside]
    assert sorted(flat[:12]) == sorted(flat[12:]) == list(range(12))
    assert flat[:12] != flat[12:]


def run(role, conversations, folder, out, *settings, watcher=QUIET, resume=False):
    config = load_config(None, [*SHORT, *settings])
    return train(role, conversations, str(folder), out, config, watcher, resume=resume)


def log_of(out, *keys):
    lines = (out / "training" / "metrics.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    return [tuple(entry[key] for key in keys) for entry in entries if "loss" in entry]


def test_a_bundle_holds_the_head_and_knows_its_questions(
    role, additions, graded_file, tiny_folder, tmp_path
):
    data = f"confidence_head.data={graded_file}"
    bundle = run(role, additions, tiny_folder, tmp_path / "b", data)
    assert read_bundle(tmp_path / "b") == bundle
    assert bundle.manifest.head_layers == (0, 1)
    assert "confidence_head.safetensors" in bundle.manifest.files
    head = read_joint_head(bundle)
    assert [weight.shape for weight in head.weights] == [(1, 128)]
    assert np.abs(head.weights[0]).max() > 0
    graded = read_questions([graded_file])
    hashes = {hash_prompt(question.conversation.prompt) for question in graded}
    assert hashes <= bundle.trained_prompts()
    assert len(bundle.trained_prompts()) == len(additions) + len(hashes)
    losses = log_of(tmp_path / "b", "head_loss")
    assert len(losses) == bundle.manifest.summary["steps"]
    assert all(0 < loss < 2 for (loss,) in losses)


def test_it_is_said_how_often_an_answer_is_read(
    role, additions, graded_file, write_rows, tiny_folder, tmp_path
):
    first = json.loads(graded_file.read_text("utf-8").splitlines()[1])
    asked = [{"role": each.role, "content": each.content} for each in additions[0].prompt]
    rows = [first, {"messages": asked, "response": "No", "correct": False}]
    told = []
    for name, data in (("new", graded_file), ("trained", write_rows("both.jsonl", rows))):
        said = []
        watcher = Watcher(said.append)
        settings = (f"confidence_head.data={data}", "max_steps=null", "epochs=1.5")
        bundle = run(role, additions, tiny_folder, tmp_path / name, *settings, watcher=watcher)
        told.append("\n".join(said))
        steps = bundle.manifest.summary["steps"]
        answers = 12 if name == "new" else 2
        assert f"read about {steps * 8 / answers:.1f} times" in told[-1]
        assert f"in each of {steps} steps" in told[-1]
    assert "among the conversations" not in told[0]
    assert "1 of 2 graded prompts are also among the conversations" in told[1]


def test_without_weight_or_data_nothing_changes(
    role, additions, graded_file, tiny_folder, tmp_path
):
    data = f"confidence_head.data={graded_file}"
    dropout = "lora.dropout=0.2"
    plain = run(role, additions, tiny_folder, tmp_path / "plain", dropout)
    zero = run(
        role, additions, tiny_folder, tmp_path / "0", dropout, data, "confidence_head.weight=0"
    )
    with_head = run(role, additions, tiny_folder, tmp_path / "head", dropout, data)
    keys = ("step", "loss", "grad_norm")
    assert log_of(tmp_path / "0", *keys) == log_of(tmp_path / "plain", *keys)
    assert zero.manifest.files == plain.manifest.files | {
        path: zero.manifest.files[path] for path in ("adapter/adapter_config.json",)
    }
    assert zero.manifest.head_layers is None
    # A head without an opinion moves nothing; then the language model's loss is what it was.
    assert log_of(tmp_path / "head", *keys)[0] == log_of(tmp_path / "plain", *keys)[0]
    assert with_head.manifest.summary["loss"] != plain.manifest.summary["loss"]


@pytest.mark.parametrize("stop", [2, 3, 6])
def test_a_stopped_run_goes_on_to_the_same_head(
    role, additions, graded_file, tiny_folder, tmp_path, stop
):
    settings = (
        "max_steps=6", "checkpoint.every_steps=2", "lora.dropout=0.2", "validation_share=0.2",
        "confidence_head.kind=mlp", "confidence_head.batch_size=5",
        f"confidence_head.data={graded_file}",
    )  # fmt: skip

    def interrupt(step, _steps, _loss):
        if step == stop:
            raise KeyboardInterrupt

    whole = run(role, additions, tiny_folder, tmp_path / "whole", *settings)
    again = (role, additions, tiny_folder, tmp_path / "stopped", *settings)
    with pytest.raises(KeyboardInterrupt):
        run(*again, watcher=Watcher(lambda _: None, interrupt))
    resumed = run(*again, resume=True)
    keys = ("step", "loss", "head_loss", "grad_norm")
    assert log_of(tmp_path / "stopped", *keys) == log_of(tmp_path / "whole", *keys)
    for path in ("confidence_head.safetensors", "adapter/adapter_model.safetensors"):
        assert resumed.manifest.files[path] == whole.manifest.files[path]


def test_the_head_of_the_best_weights_is_kept(role, additions, graded_file, tiny_folder, tmp_path):
    settings = (
        "checkpoint.every_steps=2", f"confidence_head.data={graded_file}", "validation_share=0.3",
        "optimizer.learning_rate=3.0", "optimizer.schedule=constant_with_warmup",
        "optimizer.warmup_share=0", "confidence_head.learning_rate=0.003",
    )  # fmt: skip
    long = run(role, additions, tiny_folder, tmp_path / "long", "max_steps=6", *settings)
    lines = (tmp_path / "long" / "training" / "metrics.jsonl").read_text().splitlines()
    entries = map(json.loads, lines)
    validation = {e["eval_loss"]: e["step"] for e in entries if "eval_loss" in e}
    best = validation[min(validation)]
    assert best < 6  # at this rate it soon gets worse
    short = run(role, additions, tiny_folder, tmp_path / "short", f"max_steps={best}", *settings)
    for path in ("confidence_head.safetensors", "adapter/adapter_model.safetensors"):
        assert long.manifest.files[path] == short.manifest.files[path]


def test_other_graded_answers_are_another_run(role, additions, graded_file, tiny_folder, tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    again = (role, additions, tiny_folder, tmp_path / "b", f"confidence_head.data={graded_file}")
    with pytest.raises(KeyboardInterrupt):
        run(*again, watcher=Watcher(lambda _: None, interrupt))
    text = graded_file.read_text("utf-8")
    graded_file.write_text(text.replace("true", "false", 1), "utf-8")
    with pytest.raises(UserError, match="another graded"):
        run(*again, resume=True)


def test_full_fine_tuning_with_a_head(role, additions, graded_file, tiny_folder, tmp_path):
    settings = ("method=full", f"confidence_head.data={graded_file}")
    bundle = run(role, additions, tiny_folder, tmp_path / "b", *settings)
    assert read_joint_head(bundle) is not None
    assert not any("head" in path for path in bundle.manifest.files if path.startswith("model/"))
