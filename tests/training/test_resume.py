import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from safetensors.numpy import load_file

from rolewright.cli.app import run
from rolewright.errors import UserError
from rolewright.training.resume import (
    hold_plan,
    last_checkpoint,
    mark_whole,
    relocate,
    rewind_metrics,
)

SETTINGS = [
    "precision=fp32", "epochs=4", "batch_size=4", "micro_batch_size=2", "lora.dropout=0.2",
    "checkpoint.every_steps=2", "validation_share=0.2", "optimizer.schedule=cosine",
]  # fmt: skip
PROGRAM = [sys.executable, "-m", "rolewright"]


def train(folder, data, model, out, *more):
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    arguments = ["train", str(folder / "role.yaml"), str(data), "--model", str(model)]
    return [*arguments, "--out", str(out), "--json", *settings, *more]


def metrics(out):
    lines = (out / "training" / "metrics.jsonl").read_text().splitlines()
    timings = {"eval_runtime", "eval_samples_per_second", "eval_steps_per_second"}
    entries = [json.loads(line) for line in lines]
    return [
        {key: value for key, value in entry.items() if key not in timings}
        for entry in entries
        if "train_runtime" not in entry
    ]


def kill_at_step(process, log, step):
    """SIGKILL a training process as soon as its log holds a step."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if log.exists() and sum('"loss"' in line for line in log.open()) >= step:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            return
        time.sleep(0.002)
    raise AssertionError("the process ended before it could be killed")


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_result(tmp_path, tiny_folder, write_rows, capsys):
    (tmp_path / "role.yaml").write_text("name: Atlas\nsystem: Be terse.\n")
    turns = [(f"{i}+{i}", str(2 * i)) for i in range(20)]
    rows = [
        {"instruction": question, "output": answer, "weight": 3 if number % 4 == 0 else 1}
        for number, (question, answer) in enumerate(turns)
    ]
    data = write_rows("train.jsonl", rows)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert run(train(tmp_path, data, tiny_folder, whole)) == 0
    first = json.loads(capsys.readouterr().out)
    for step in sorted(random.sample(range(1, 16), 2)):
        resumed = ["--resume"] if killed.exists() else []
        process = subprocess.Popen(
            [*PROGRAM, *train(tmp_path, data, tiny_folder, killed, *resumed)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        kill_at_step(process, killed / "training" / "metrics.jsonl", step)
        assert not (killed / "bundle.json").exists()
    assert run(train(tmp_path, data, tiny_folder, killed, "--resume")) == 0
    second = json.loads(capsys.readouterr().out)
    assert second["loss"] == pytest.approx(first["loss"], abs=1e-6)
    assert second["validation_loss"] == pytest.approx(first["validation_loss"], abs=1e-6)
    assert metrics(killed) == metrics(whole)  # no step lost, none repeated, same numbers
    assert [entry["step"] for entry in metrics(whole) if "loss" in entry] == list(range(1, 17))
    one = load_file(whole / "adapter" / "adapter_model.safetensors")
    other = load_file(killed / "adapter" / "adapter_model.safetensors")
    assert one.keys() == other.keys()
    assert all((one[key] == other[key]).all() for key in one)


def test_a_checkpoint_without_its_mark_is_never_used(tmp_path):
    for step in (2, 4, 10):
        (tmp_path / f"checkpoint-{step}").mkdir()
    assert last_checkpoint(tmp_path) is None
    mark_whole(tmp_path / "checkpoint-2")
    mark_whole(tmp_path / "checkpoint-4")
    assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-4"
    mark_whole(tmp_path / "checkpoint-10")
    assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-10"


def test_metrics_are_rewound_to_the_checkpoint(tmp_path):
    log = tmp_path / "metrics.jsonl"
    log.write_text('{"step": 1}\n{"step": 2}\n{"step": 3}\n{"step": 4, "lo')
    rewind_metrics(log, tmp_path / "checkpoint-2")
    assert log.read_text() == '{"step": 1}\n{"step": 2}\n'
    rewind_metrics(log, None)
    assert log.read_text() == ""
    rewind_metrics(tmp_path / "absent.jsonl", None)


def test_a_moved_checkpoint_finds_the_best_one_beside_it(tmp_path):
    for step, best in ((2, None), (4, "/elsewhere/checkpoints/checkpoint-2")):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        state = {"best_model_checkpoint": best, "global_step": step}
        (folder / "trainer_state.json").write_text(json.dumps(state))
        relocate(folder)
    moved = json.loads((tmp_path / "checkpoint-4" / "trainer_state.json").read_text())
    assert moved == {"best_model_checkpoint": str(tmp_path / "checkpoint-2"), "global_step": 4}
    first = json.loads((tmp_path / "checkpoint-2" / "trainer_state.json").read_text())
    assert first["best_model_checkpoint"] is None


def test_a_changed_plan_is_refused_by_name(tmp_path):
    plan = {"data": "a", "model": "b", "settings": {"seed": 1}}
    hold_plan(tmp_path, plan)
    hold_plan(tmp_path, plan)
    with pytest.raises(UserError, match=r"another data and another settings\.seed"):
        hold_plan(tmp_path, plan | {"data": "x", "settings": {"seed": 2}})
